"""Pages for one visitor go out compressed, unless they stream, are short, or nobody asked."""

import gzip

import brotli
import pytest
from werkzeug.test import Client
from werkzeug.wrappers import Response

from shop.web.compression import Compressed, wanted_encoding

PAGE = "<p>" + "hello " * 1000 + "</p>"


def compressed(response: Response) -> Client:
    return Client(Compressed(response))


@pytest.mark.parametrize(
    ("header", "encoding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate", "gzip"),
        ("br;q=0.5", "br"),
        ("br; q=0, gzip;q=1.0", "gzip"),
        ("identity", ""),
        ("brotli-like, x-gzip", ""),
        ("", ""),
    ],
)
def test_the_best_encoding_that_was_asked_for_is_chosen(header: str, encoding: str) -> None:
    assert wanted_encoding(header) == encoding


@pytest.mark.parametrize(("asked", "unpack"), [("br", brotli.decompress), ("gzip", gzip.decompress)])
def test_a_page_is_compressed(asked: str, unpack) -> None:
    page = Response(PAGE, mimetype="text/html", headers={"Vary": "Cookie"})
    answered = compressed(page).get("/", headers={"Accept-Encoding": asked})
    assert unpack(answered.data).decode() == PAGE
    assert answered.headers["Content-Length"] == str(len(answered.data))
    assert answered.headers["Vary"] == "Cookie, Accept-Encoding"


@pytest.mark.parametrize(
    "response",
    [
        Response("short", mimetype="text/html"),
        Response(b"\0" * 5000, mimetype="image/png"),
        Response(PAGE, mimetype="text/html", headers={"Content-Encoding": "br"}),
        Response((part for part in [PAGE, PAGE]), mimetype="text/csv"),
    ],
)
def test_what_is_short_or_streams_or_is_no_text_goes_out_as_it_is(response: Response) -> None:
    answered = compressed(response).get("/", headers={"Accept-Encoding": "br"})
    assert answered.headers.get("Content-Encoding") == response.headers.get("Content-Encoding")
