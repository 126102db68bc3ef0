"""What has been read once: when one file of words changes, the others are not parsed again."""

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from functools import update_wrapper
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

More = ParamSpec("More")
Words = TypeVar("Words")

MOST_FILES = 200


def remembered(
    read: Callable[Concatenate[Path, Path, More], Words],
) -> Callable[Concatenate[Path, Path, More], Words]:
    """Decorate a reader of one file, ``read(path, folder, ...)``: a file that says what it said is not parsed again.

    What the reader returns must be frozen. What it raises is not remembered.
    """
    kept: OrderedDict[object, tuple[bytes, Words]] = OrderedDict()

    def reader(path: Path, folder: Path, /, *args: More.args, **kwargs: More.kwargs) -> Words:
        what = (path, folder, args, tuple(kwargs.items()))
        said = _digest(path)
        known = kept.get(what)
        if known is not None and known[0] == said:
            return known[1]
        words = read(path, folder, *args, **kwargs)
        # A file that was saved while it was read may be parsed as another than was looked at.
        if said and _digest(path) == said:
            kept[what] = (said, words)
            while len(kept) > MOST_FILES:
                kept.popitem(last=False)
        return words

    return update_wrapper(reader, read)


def _digest(path: Path) -> bytes:
    return hashlib.sha256(path.read_bytes()).digest() if path.is_file() else b""
