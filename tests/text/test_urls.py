"""One page under several addresses: what is left out of them, and what never is."""

import pytest

from index.text.urls import page_of, site_of, without_tracking


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ("utm_source=feed&id=7&fbclid=x", "id=7"),
        ("yclid=1&UTM_Medium=2&utm%5Fterm=3", ""),
        ("12345", "12345"),
        ("b=&a=%20+c&&b=2", "b=&a=%20+c&b=2"),
        ("cid=5&uid=6&source=7&gallery=8&ref=9&mc=1", "cid=5&uid=6&source=7&gallery=8&ref=9&mc=1"),
        ("utm=1&x_utm_source=2", "utm=1&x_utm_source=2"),
    ],
)
def test_only_tracking_parameters_are_left_out(query: str, left: str) -> None:
    """What may name a page stays, byte for byte and in its order."""
    assert without_tracking(query) == left


@pytest.mark.parametrize(
    ("host", "site"),
    [
        ("www.news.example", "news.example"),
        ("mobile.news.example", "news.example"),
        ("m.ir", "m.ir"),
        ("team.news.example", "team.news.example"),
        ("www.m.news.example", "m.news.example"),
    ],
)
def test_a_site_and_its_twins(host: str, site: str) -> None:
    """One prefix of a twin goes, and never one that is the site's own name."""
    assert site_of(host) == site


def test_all_addresses_of_a_page_have_one_spelling() -> None:
    """Both twins, the order of parameters and every mark of tracking are no difference."""
    urls = [
        "https://www.news.example/خبر/?b=2&a=1",
        "http://mobile.news.example:80/%D8%AE%D8%A8%D8%B1?a=1&yclid=7&b=2#comments",
    ]

    assert {page_of(url) for url in urls} == {"news.example/خبر?a=1&b=2"}
    assert page_of("https://news.example/view?5") != page_of("https://news.example/view?6")
