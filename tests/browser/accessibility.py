"""The rules of axe, asked of a page that is open in the browser."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def accessibility_faults(page: Page) -> list[str]:
    """One line for each element that breaks a rule of WCAG 2.2 AA or good practice; empty if none does."""
    results = Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}})
    return [
        f"{fault['id']}: {fault['help']} ({element['html'][:120]})"
        for fault in results.response["violations"]
        for element in fault["nodes"]
    ]
