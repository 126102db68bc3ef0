"""No link of the shop is a dead one: every public page, every link, every anchor, with the words as they are."""

from collections import deque
from urllib.parse import unquote, urlsplit

import pytest
from flask.testing import FlaskClient

from tests.pages import Page

# Where a form or the admin begins, and files; their own tests open them.
LEFT_OUT = ("/admin", "/demo/", "/static/", "/orders/", "/checkout")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_no_link_leads_nowhere(stranger: FlaskClient) -> None:
    seen: dict[str, set[str] | None] = {}
    anchors: list[tuple[str, str, str]] = []
    waiting = deque([("/", "the address bar")])
    while waiting:
        path, where = waiting.popleft()
        if path in seen or path.startswith(LEFT_OUT):
            continue
        response = stranger.get(path)
        assert response.status_code == 200, f"{where} links {path}, which answers {response.status_code}"
        seen[path] = None
        if not response.content_type.startswith("text/html"):
            continue
        page = Page(response.text)
        seen[path] = set(page.anchors)
        for link in page.all("a"):
            parts = urlsplit(link["href"])
            if parts.scheme:
                assert parts.scheme in ("https", "http", "mailto"), (path, link)
                continue
            target = parts.path or path
            waiting.append((target, path))
            if parts.fragment:
                anchors.append((path, target, unquote(parts.fragment)))
    dead = [
        f"{path} links {target}#{anchor}"
        for path, target, anchor in anchors
        if not target.startswith(LEFT_OUT) and seen[target] is not None and anchor not in (seen[target] or ())
    ]
    assert not dead, "\n".join(dead)
    assert len(seen) > 25
