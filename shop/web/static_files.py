"""Files under static/: a hash of the content in the name, kept for ever by browsers, compressed once.

Written here rather than taken from a package because style sheets are put together too: ``@import`` is
replaced by what it names, what only people read is left out, and addresses inside style sheets and modules get
the hashed names.
"""

import hashlib
import mimetypes
import posixpath
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from shop.web import drawings
from shop.web.compression import MIN_BYTES, brotli_bytes, gzip_bytes, wanted_encoding

PREFIX = "/static/"
# A name with its hash means one content for ever; a bare name is asked about each time.
IMMUTABLE = "public, max-age=31536000, immutable"
ASKED_EACH_TIME = "public, no-cache"
# Half a kilobyte less for each file of a first visit, on lines where that is what fits into a packet.
NEVER_A_PAGE = (
    "font/woff2",
    "image/avif",
    "image/webp",
    "image/jpeg",
    "image/png",
    "text/css; charset=utf-8",
)
FOR_EVERY_FILE = (
    "Cross-Origin-Resource-Policy",
    "Referrer-Policy",
    "Strict-Transport-Security",
    "X-Content-Type-Options",
)
TEXT = (".css", ".js", ".svg", ".json", ".txt", ".webmanifest", ".xml")

CSS_IMPORT = re.compile(r"""@import\s+(?:url\()?["']([^"')]+)["']\)?\s*(?:layer\(([\w.-]+)\))?\s*;""")
CSS_ADDRESS = re.compile(r"""url\(\s*["']?(?![#"']|data:|https?:|/)([^"')#?]+)([#?][^"')]*)?["']?\s*\)""")
# Words in quotes are kept as they are; comments, and spaces that part nothing, are not for browsers.
CSS_COMMENT = re.compile(r"""("[^"]*"|'[^']*')|/\*.*?\*/""", re.DOTALL)
CSS_SPACE = re.compile(r"""("[^"]*"|'[^']*')|\s*([{};])\s*|\s+""")
JS_IMPORT = re.compile(r"""((?:\bfrom|\bimport)\s*\(?\s*["'])(\.{1,2}/[^"']+)(["'])""")

Headers = list[tuple[str, str]]


@dataclass(frozen=True)
class StaticFile:
    """One file as it is served. Pictures and fonts are read when asked for."""

    path: Path
    type: str
    name: str
    etag: str
    text: bytes | None = field(repr=False)

    @cached_property
    def packed(self) -> dict[str, bytes]:
        """The text in every encoding; made at the first visit, so that a start is quick."""
        plain = self.text or b""
        if len(plain) < MIN_BYTES:
            return {"": plain}
        return {"": plain, "gzip": gzip_bytes(plain, 9), "br": brotli_bytes(plain, 11)}

    def body(self, accept_encoding: str) -> tuple[str, bytes]:
        """Return the encoding chosen and the bytes."""
        if self.text is None:
            return "", self.path.read_bytes()
        encoding = wanted_encoding(accept_encoding)
        encoding = encoding if encoding in self.packed else ""
        return encoding, self.packed[encoding]


# The folder that was read last, by what was seen of it: its files are read and hashed once, before a process has
# children, and not by each of them.
_READ: dict[frozenset[tuple[str, int, int]], dict[str, StaticFile]] = {}


class StaticFiles:
    """Answers /static/ in front of ``app`` (WSGI) and knows the hashed name of every file in ``folder``."""

    def __init__(self, app: Callable[..., Iterable[bytes]], folder: Path, headers: Headers) -> None:
        self.app = app
        self.folder = folder
        self.headers = headers
        self.served: dict[str, tuple[StaticFile, str]] = {}
        self.read()

    def read(self) -> None:
        """Read the folder; names that were given out before keep working while this process runs."""
        seen = _look(self.folder)
        if seen in _READ:
            self.files = dict(_READ[seen])
        else:
            self.files = {}
            for path in sorted(self.folder.rglob("*")):
                parts = path.relative_to(self.folder).parts
                if path.is_file() and not any(part.startswith(".") for part in parts):
                    self._file("/".join(parts))
            _READ.clear()
            _READ[seen] = dict(self.files)
        for name, file in self.files.items():
            self._serve(name, file)

    def url(self, path: str) -> str:
        """Return the address of the file at ``path`` under static/; raises LookupError when there is none."""
        return PREFIX + self._file(path).name

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer for a file; everything else goes to the app."""
        asked: str = environ["PATH_INFO"]
        if not asked.startswith(PREFIX) or environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return self.app(environ, start_response)
        found = self.served.get(asked.removeprefix(PREFIX))
        if found is None:
            return self.app(environ, start_response)
        file, keeping = found
        headers = [("ETag", file.etag), ("Cache-Control", keeping), *self.headers_of(file)]
        if file.etag in environ.get("HTTP_IF_NONE_MATCH", ""):
            start_response("304 Not Modified", headers)
            return [b""]
        encoding, body = file.body(environ.get("HTTP_ACCEPT_ENCODING", ""))
        headers += [("Content-Type", file.type), ("Content-Length", str(len(body)))]
        if encoding:
            headers.append(("Content-Encoding", encoding))
        start_response("200 OK", headers)
        return [b"" if environ["REQUEST_METHOD"] == "HEAD" else body]

    def headers_of(self, file: StaticFile) -> Headers:
        """Return the headers that mean something for a file of its kind: a font or a picture is never a page."""
        encoded = [("Vary", "Accept-Encoding")] if file.text is not None else []
        if file.type in NEVER_A_PAGE:
            return encoded + [header for header in self.headers if header[0] in FOR_EVERY_FILE]
        return encoded + self.headers

    def _file(self, name: str, using: tuple[str, ...] = ()) -> StaticFile:
        if name in self.files:
            return self.files[name]
        path = self.folder / name
        if name in using or not path.is_file():
            message = f"static/{name} is not there, or imports itself"
            raise LookupError(message)
        content = path.read_bytes()
        if name.endswith(".css"):
            content = self._style_sheet(name, content.decode(), using).encode()
        elif name.endswith(".js"):
            content = self._module(name, content.decode(), using).encode()
        elif name.startswith(drawings.FOLDER):
            css = self._file(drawings.SHEET, (*using, name)).text or b""
            content = drawings.dressed(content.decode(), css.decode()).encode()
        hashed = hashlib.sha256(content).hexdigest()[:12]
        stem, dot, ending = name.rpartition(".")
        file = StaticFile(
            path=path,
            type=content_type(name),
            name=f"{stem}.{hashed}{dot}{ending}" if stem else f"{name}.{hashed}",
            etag=f'W/"{hashed}"',
            text=content if name.endswith(TEXT) else None,
        )
        self.files[name] = file
        self._serve(name, file)
        return file

    def _serve(self, name: str, file: StaticFile) -> None:
        self.served[name] = (file, ASKED_EACH_TIME)
        self.served[file.name] = (file, IMMUTABLE)

    def _style_sheet(self, name: str, css: str, using: tuple[str, ...]) -> str:
        def replaced(found: re.Match[str]) -> str:
            imported = self._file(beside(name, found[1]), (*using, name))
            content = (imported.text or b"").decode()
            return f"@layer {found[2]} {{\n{content}\n}}" if found[2] else content

        def addressed(found: re.Match[str]) -> str:
            return f'url("{self.url(beside(name, found[1]))}{found[2] or ""}")'

        return tight(CSS_ADDRESS.sub(addressed, CSS_IMPORT.sub(replaced, css)))

    def _module(self, name: str, script: str, using: tuple[str, ...]) -> str:
        def addressed(found: re.Match[str]) -> str:
            return f"{found[1]}{PREFIX}{self._file(beside(name, found[2]), (*using, name)).name}{found[3]}"

        return JS_IMPORT.sub(addressed, script)


def tight(css: str) -> str:
    """Return a style sheet that says the same in fewer bytes."""
    said = CSS_COMMENT.sub(lambda found: found[1] or " ", css)
    return CSS_SPACE.sub(lambda found: found[1] or found[2] or " ", said).strip()


def beside(name: str, relative: str) -> str:
    """Return the path under static/ that ``relative`` means inside the file ``name``."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), relative))


def content_type(name: str) -> str:
    """Return the media type of a file by its name, the same on every machine."""
    known = {
        ".js": "text/javascript",
        ".woff2": "font/woff2",
        ".avif": "image/avif",
        ".webp": "image/webp",
        ".webmanifest": "application/manifest+json",
    }
    type_ = known.get(Path(name).suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    return f"{type_}; charset=utf-8" if type_.startswith("text/") or name.endswith(".svg") else type_


def read_ahead(folder: Path) -> None:
    """Read ``folder`` for the children of this process, which then need not."""
    StaticFiles(lambda _environ, _start: [], folder, [])


def _look(folder: Path) -> frozenset[tuple[str, int, int]]:
    """Return each file below ``folder`` with the moment of its last change and its length."""
    files = [(path, path.stat()) for path in folder.rglob("*")]
    return frozenset((str(path), file.st_mtime_ns, file.st_size) for path, file in files)
