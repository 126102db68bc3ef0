"""What a first visit to a page loads, in a real browser as wide as a phone."""

import os
from collections import Counter
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import sync_playwright

from tests.browser import chromium
from tests.browser.conftest import FLAGS, NARROW

# A phone shows two dots for each of a page's.
DENSITY = 2


@dataclass(frozen=True)
class Weight:
    """Bytes as they went over the line, heads of answers included, by kind; and the number of requests."""

    kinds: dict[str, int]
    requests: int

    @property
    def bytes(self) -> int:
        """All of it."""
        return sum(self.kinds.values())


def weigh(address: str) -> Weight:
    """Visit a page once, with an empty cache. Raises chromium.NoBrowser."""
    os.environ.update(chromium.node_for_playwright())
    found = chromium.find()
    kinds: dict[str, str] = {}
    sizes: Counter[str] = Counter()

    def answered(told: dict[str, Any]) -> None:
        kinds[told["requestId"]] = told["type"].lower()

    def finished(told: dict[str, Any]) -> None:
        sizes[kinds.get(told["requestId"], "other")] += int(told["encodedDataLength"])

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=found.program, env=found.environment(), args=FLAGS, chromium_sandbox=False
        )
        page = browser.new_context(viewport=NARROW, device_scale_factor=DENSITY, is_mobile=True).new_page()
        session = page.context.new_cdp_session(page)
        session.on("Network.responseReceived", answered)
        session.on("Network.loadingFinished", finished)
        session.send("Network.enable")
        page.goto(address, wait_until="networkidle")
        browser.close()
    return Weight(dict(sizes), len(kinds))
