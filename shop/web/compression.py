"""Bodies as gzip and brotli, and which of them a browser asked for."""

import zlib

import brotli  # type: ignore[import-untyped]

# Shorter bodies fit one packet as they are.
MIN_BYTES = 1024


def gzip_bytes(body: bytes, level: int) -> bytes:
    """Return ``body`` as gzip, without a moment in its header, so that equal bodies stay equal."""
    packer = zlib.compressobj(level, zlib.DEFLATED, 31)
    return packer.compress(body) + packer.flush()


def brotli_bytes(body: bytes, quality: int) -> bytes:
    """Return text ``body`` as brotli."""
    return bytes(brotli.compress(body, mode=brotli.MODE_TEXT, quality=quality))


def wanted_encoding(accept_encoding: str) -> str:
    """Return ``br``, ``gzip`` or ``""``, the best that an Accept-Encoding header allows."""
    if "br" in accept_encoding and allows(accept_encoding, "br"):
        return "br"
    if "gzip" in accept_encoding and allows(accept_encoding, "gzip"):
        return "gzip"
    return ""


def allows(accept_encoding: str, encoding: str) -> bool:
    """Whether the header lists ``encoding`` with a quality above zero."""
    for part in accept_encoding.split(","):
        name, _, quality = part.partition(";")
        if name.strip() == encoding:
            return quality.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False
