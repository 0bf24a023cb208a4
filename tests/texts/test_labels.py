"""Tests of labels."""

from bot.texts.labels import agency
from bot.texts.language import Language
from index.sources.outlets import OUTLETS, by_name

_COUNTRIES = frozenset({"فرانسه", "ایران", "روسیه", "چین", "ترکیه", "سوریه"})


def test_no_outlet_reads_as_a_country_in_persian() -> None:
    """AFP is «خبرگزاری فرانسه», not France; «به نقل از فرانسه» still means it."""
    assert agency("Mehr", "AFP", Language.FA) == "مهر، به نقل از خبرگزاری فرانسه"
    assert not _COUNTRIES & {agency(outlet.name, "", Language.FA) for outlet in OUTLETS}
    assert by_name("فرانسه") is by_name("خبرگزاری فرانسه") is by_name("AFP")
