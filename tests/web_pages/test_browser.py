"""The pages in a real browser: Chromium of the system, driven by Playwright."""

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from patience import scaled
from playwright.sync_api import Browser, Page, expect, sync_playwright
from site_maker import KIRBY, SEED, Site

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")

PERSIAN = "کربی درباره جنگنده‌های سوخو چه گفت؟"
Visit = Callable[..., AbstractContextManager[Page]]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start the browser."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def visit(browser: Browser, site: Site) -> Visit:
    """Return a function that opens a page and, at the end, sees that nothing went wrong on it."""

    @contextmanager
    def open_page(path: str = "/", **options: Any) -> Iterator[Page]:  # noqa: ANN401
        said: list[str] = []
        asked: list[str] = []
        context = browser.new_context(base_url=site.address, **options)
        context.set_default_timeout(1000 * scaled(30))
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(path)
        yield page
        context.close()
        assert said == []
        assert [url for url in asked if not url.startswith(site.address)] == []

    return open_page


def _ask(page: Page, question: str, n: int = 1) -> None:
    """Type a question and wait for the answer, the page's `n`-th."""
    page.fill("#q", question)
    page.press("#q", "Enter")
    expect(page.locator("article.turn[aria-label]")).to_have_count(n, timeout=1000 * scaled(30))


def _expect_mark(page: Page) -> None:
    """Wait until the marked quote is in view."""
    expect(page.locator("mark").first).to_be_in_viewport(timeout=1000 * scaled(30))


def test_asking_on_and_opening_a_quote(visit: Visit) -> None:
    """A question and its follow-up are answered in place; a quote opens marked and in view."""
    with visit(viewport={"width": 500, "height": 500}) as page:
        _ask(page, KIRBY)
        _ask(page, "and what did Moscow answer?", n=2)
        assert page.url.endswith("/")
        assert page.input_value("#q") == ""
        assert "Understood as" in page.locator(".turn").last.inner_text()
        expect(page.locator(".more")).to_have_count(1)
        page.locator(".turn").first.locator("blockquote a").first.click()
        page.wait_for_url(re.compile("quote=1941-2206#quote=1941-2206$"))
        _expect_mark(page)
        assert page.locator("mark").inner_text().startswith("کربی اظهار داشته بود")


def test_a_place_behind_the_hash_is_marked(visit: Visit) -> None:
    """The short link of the terminal and of Telegram is marked and scrolled to by script."""
    with visit(f"/article/{SEED}#quote=1941-2206", viewport={"width": 400, "height": 400}) as page:
        expect(page.locator("mark")).to_be_focused()
        _expect_mark(page)


def test_everything_works_without_script(visit: Visit) -> None:
    """Questions, follow-ups, more, quotes in view and the archive need no script."""
    with visit(java_script_enabled=False, viewport={"width": 400, "height": 400}) as page:
        _ask(page, KIRBY)
        _ask(page, "and what did Moscow answer?", n=2)
        page.locator(".more button").last.click()
        page.wait_for_load_state()
        page.locator("blockquote a").first.click()
        page.wait_for_url(re.compile("#quote="))
        _expect_mark(page)
        page.get_by_role("link", name="Archive").click()
        assert page.locator("table").count() >= 2


def test_persian_runs_from_right_to_left(visit: Visit) -> None:
    """A Persian browser gets Persian pages whose box, quotes and navigation start at the right."""
    with visit(locale="fa-IR", viewport={"width": 400, "height": 700}) as page:
        _ask(page, PERSIAN)
        html = page.locator("html")
        assert (html.get_attribute("dir"), html.get_attribute("lang")) == ("rtl", "fa")
        box, button = page.locator("#q").bounding_box(), page.locator("#ask button").bounding_box()
        assert box is not None
        assert button is not None
        assert box["x"] > button["x"]
        assert page.locator("blockquote").first.evaluate(
            "one => getComputedStyle(one).direction"
        ) == ("rtl")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.get_by_role("link", name="English").click()
        assert html.get_attribute("dir") == "ltr"


def test_the_keyboard_is_enough(visit: Visit) -> None:
    """The first stop leads past the navigation; Enter asks; a quote is reached and opened."""
    with visit("/archive") as page:
        page.keyboard.press("Tab")
        expect(page.locator(".skip")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("main")).to_be_focused()
        page.goto("/")
        expect(page.locator("#q")).to_be_focused()
        page.keyboard.type(KIRBY)
        page.keyboard.press("Enter")
        quote = page.locator("blockquote a").first
        expect(quote).to_be_visible()
        quote.focus()
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile("/article/"))


@pytest.mark.parametrize(("locale", "scheme"), [("en-US", "light"), ("fa-IR", "dark")])
def test_axe_finds_nothing_serious(visit: Visit, locale: str, scheme: str) -> None:
    """axe-core has nothing serious to say of any page, in either language and either light."""
    with visit(locale=locale, color_scheme=scheme, bypass_csp=True) as page:
        page.locator("summary").first.click()
        _ask(page, KIRBY)
        _ask(page, "Who won the chess olympiad in Budapest?", n=2)
        serious = _serious(page)
        for path in (f"/article/{SEED}?quote=1941-2206", "/archive"):
            page.goto(path)
            serious += _serious(page)

    assert serious == []


def _serious(page: Page) -> list[str]:
    """Return what axe-core finds that is serious or worse."""
    found = Axe().run(page).response["violations"]
    return [
        f"{one['id']}: {[node['html'][:200] for node in one['nodes']]}"
        for one in found
        if one["impact"] in {"serious", "critical"}
    ]
