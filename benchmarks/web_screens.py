"""Take the screenshots of docs/web.md: pages over seeds/ in the system's Chromium.

.venv/bin/python benchmarks/web_screens.py
"""

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
sys.path.insert(0, str(ROOT / "tests" / "web_pages"))

from site_maker import served  # noqa: E402  # the path is set above

from bot.settings import read_settings  # noqa: E402  # likewise
from bot.wire import open_web  # noqa: E402  # likewise

ENGLISH = "what did Kirby say about Sukhoi jets?"
PERSIAN = "کربی درباره جنگنده‌های سوخو چه گفت؟"


def main() -> None:
    """Take them."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        settings = read_settings(None, corpus=ROOT / "seeds").model_copy(
            update={"data_dir": Path(folder), "web_port": 0}
        )
        chromium = shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        with served(open_web(settings)) as site:
            page = _page(browser, site.address, "en-US", "light", 560)
            _ask(page, ENGLISH)
            page.screenshot(path=DOCS / "web-ask-en.png", full_page=True)
            page.locator("blockquote a").first.click()
            page.locator("mark").wait_for()
            page.screenshot(path=DOCS / "web-read-en.png")
            page = _page(browser, site.address, "fa-IR", "dark", 360)
            _ask(page, PERSIAN)
            page.screenshot(path=DOCS / "web-ask-fa.png", full_page=True)
        browser.close()


def _page(browser: Browser, address: str, locale: str, scheme: str, width: int) -> Page:
    context = browser.new_context(
        base_url=address,
        locale=locale,
        color_scheme="dark" if scheme == "dark" else "light",
        viewport={"width": width, "height": 640},
    )
    page = context.new_page()
    page.goto("/")
    return page


def _ask(page: Page, question: str) -> None:
    page.fill("#q", question)
    page.press("#q", "Enter")
    page.locator("article.turn[aria-label]").wait_for()
    page.evaluate("scrollTo(0, 0); document.activeElement.blur()")


if __name__ == "__main__":
    main()
