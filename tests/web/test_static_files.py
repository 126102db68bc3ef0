"""Static files: names with a hash, kept for ever, compressed, style sheets put together."""

from pathlib import Path

import brotli
import pytest
from werkzeug.test import Client

from shop.web.static_files import StaticFiles, content_type, tight

HEADERS = [("X-Content-Type-Options", "nosniff")]


def nobody(_environ, start_response):
    start_response("404 NOT FOUND", [])
    return [b"from the app"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, content in {
        "css/shop.css": '@import "tokens.css";\n@import "parts/a.css" layer(parts);\nbody { color: red }',
        "css/tokens.css": "@font-face { src: url('../fonts/f.woff2') format('woff2') }",
        "css/parts/a.css": ".a { background: url(../../img/i.svg#x) } .b { background: url(data:image/png;base64,AA) }",
        "js/main.js": 'import { a } from "./part.js";\nconsole.log("from ./nothing.js");\n'
        + "// long\n" * 300,
        "js/part.js": "export const a = 1;",
        "img/i.svg": "<svg/>",
        "fonts/f.woff2": "font",
        ".hidden": "secret",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content)
    return tmp_path


@pytest.fixture
def statics(folder: Path) -> StaticFiles:
    return StaticFiles(nobody, folder, HEADERS)


def test_a_name_with_its_hash_is_kept_for_ever(statics: StaticFiles) -> None:
    address = statics.url("img/i.svg")
    assert address.startswith("/static/img/i.")
    assert address.endswith(".svg")
    answered = Client(statics).get(address)
    assert answered.data == b"<svg/>"
    assert answered.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answered.headers["Content-Type"] == "image/svg+xml; charset=utf-8"
    assert answered.headers["X-Content-Type-Options"] == "nosniff"


def test_a_bare_name_is_asked_about_each_time(statics: StaticFiles) -> None:
    visitor = Client(statics)
    answered = visitor.get("/static/img/i.svg")
    assert answered.headers["Cache-Control"] == "public, no-cache"
    again = visitor.get("/static/img/i.svg", headers={"If-None-Match": answered.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_a_changed_file_has_another_name_and_the_old_one_still_answers(
    statics: StaticFiles, folder: Path
) -> None:
    old = statics.url("img/i.svg")
    (folder / "img/i.svg").write_text("<svg></svg>")
    statics.read()
    assert statics.url("img/i.svg") != old
    assert Client(statics).get(old).status_code == 200


def test_style_sheets_are_put_together_with_hashed_addresses(statics: StaticFiles) -> None:
    sheet = Client(statics).get(statics.url("css/shop.css")).text
    assert f'url("{statics.url("fonts/f.woff2")}")' in sheet
    assert f'url("{statics.url("img/i.svg")}#x")' in sheet
    assert "url(data:image/png;base64,AA)" in sheet
    assert "@layer parts{" in sheet
    assert "@import" not in sheet


def test_style_sheets_say_the_same_without_what_only_people_read() -> None:
    css = "/* it's long */\n.a::after { content: '/* ;  */';\n  width: calc(1px + 2px) }\n\n.b  .c { color: red; }\n"
    assert tight(css) == ".a::after{content: '/* ;  */';width: calc(1px + 2px)}.b .c{color: red;}"


def test_a_picture_carries_only_the_headers_that_mean_something_for_it(folder: Path) -> None:
    page_only = ("Content-Security-Policy", "default-src 'none'")
    visitor = Client(StaticFiles(nobody, folder, [*HEADERS, page_only]))
    assert page_only in visitor.get("/static/img/i.svg").headers.items()
    font = visitor.get("/static/fonts/f.woff2").headers
    assert (page_only[0] in font, font["X-Content-Type-Options"]) == (False, "nosniff")


def test_modules_import_each_other_by_hashed_names(statics: StaticFiles) -> None:
    script = Client(statics).get(statics.url("js/main.js")).text
    assert f'from "{statics.url("js/part.js")}"' in script
    assert '"from ./nothing.js"' in script


def test_a_change_deep_inside_changes_the_name_outside(folder: Path) -> None:
    before = StaticFiles(nobody, folder, HEADERS).url("css/shop.css")
    (folder / "fonts/f.woff2").write_text("another font")
    assert StaticFiles(nobody, folder, HEADERS).url("css/shop.css") != before


@pytest.mark.parametrize(
    ("asked", "encoding"), [("br, gzip", "br"), ("gzip", "gzip"), ("", None), ("br;q=0", None)]
)
def test_long_text_is_compressed_for_those_who_ask(
    statics: StaticFiles, asked: str, encoding: str | None
) -> None:
    answered = Client(statics).get(statics.url("js/main.js"), headers={"Accept-Encoding": asked})
    assert answered.headers.get("Content-Encoding") == encoding
    assert answered.headers["Vary"] == "Accept-Encoding"
    assert int(answered.headers["Content-Length"]) == len(answered.data)
    if encoding == "br":
        assert brotli.decompress(answered.data).startswith(b"import { a }")


def test_head_has_no_body(statics: StaticFiles) -> None:
    answered = Client(statics).head(statics.url("img/i.svg"))
    assert (answered.data, answered.headers["Content-Length"]) == (b"", "6")


@pytest.mark.parametrize(
    "path", ["/static/none.css", "/static/.hidden", "/static/../conftest.py", "/static/css/", "/elsewhere"]
)
def test_what_is_not_a_file_goes_to_the_app(statics: StaticFiles, path: str) -> None:
    assert Client(statics).get(path).data == b"from the app"
    assert Client(statics).post(statics.url("img/i.svg")).data == b"from the app"


def test_a_name_that_is_not_there_is_refused_while_the_page_is_made(statics: StaticFiles) -> None:
    with pytest.raises(LookupError, match=r"static/img/none\.svg"):
        statics.url("img/none.svg")


def test_style_sheets_that_import_each_other_are_refused(folder: Path) -> None:
    (folder / "css/tokens.css").write_text('@import "shop.css";')
    with pytest.raises(LookupError, match="imports itself"):
        StaticFiles(nobody, folder, HEADERS)


@pytest.mark.parametrize(
    ("name", "type_"),
    [
        ("a.css", "text/css; charset=utf-8"),
        ("a.js", "text/javascript; charset=utf-8"),
        ("a.avif", "image/avif"),
        ("a.webp", "image/webp"),
        ("a.woff2", "font/woff2"),
        ("a", "application/octet-stream"),
    ],
)
def test_the_media_type_does_not_depend_on_the_machine(name: str, type_: str) -> None:
    assert content_type(name) == type_
