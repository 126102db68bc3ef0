"""The header of a words file: YAML between two lines of ---, read field by field, each complaint with its line."""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import yaml

# The C library's reader is ten times as fast; a PyYAML without it reads the same.
Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

BEGIN = "---\n"
SECURE_ADDRESS = re.compile(r"https://[^\s\"<>]+")


class WordsRefused(Exception):
    """Something in content/ cannot be used; the message names file and line and says what to write."""

    def __init__(self, path: Path, line: int, message: str) -> None:
        super().__init__(f"{path}, line {line}: {message}")
        self.path = path
        self.line = line
        self.message = message


class Header:
    """The fields of a file's header and the lines on which they stand.

    A field inside another is named by its way: ``calls.inline.0.product``. Complaints are kept in ``faults``,
    so that a writer sees all of them at once; ``settle`` raises the first.
    """

    def __init__(self, name: Path, node: yaml.Node | None, value: object, first_line: int) -> None:
        self.name = name
        self.faults: list[WordsRefused] = []
        self._lines: dict[str, int] = {}
        self._leaves: list[tuple[str, str, int]] = []
        self._walk(node, "", first_line)
        self.fields: dict[str, object] = value if isinstance(value, dict) else {}

    def _walk(self, node: yaml.Node | None, way: str, first_line: int) -> None:
        children: Sequence[tuple[str, yaml.Node, yaml.Node]] = ()
        if isinstance(node, yaml.MappingNode):
            children = [(str(key.value), key, value) for key, value in node.value]
        elif isinstance(node, yaml.SequenceNode):
            children = [(str(index), value, value) for index, value in enumerate(node.value)]
        elif isinstance(node, yaml.ScalarNode):
            self._leaves.append((way, str(node.value), self._lines.get(way, first_line)))
        for name, place, value in children:
            below = f"{way}.{name}" if way else name
            self._lines[below] = first_line + place.start_mark.line
            self._walk(value, below, first_line)

    def line(self, way: str) -> int:
        """Return the line of the field at ``way``, or of the nearest field around it, or 1."""
        while way and way not in self._lines:
            way = way.rpartition(".")[0]
        return self._lines.get(way, 1)

    def leaves(self) -> Iterator[tuple[str, str, int]]:
        """Give every single value as (way, text, line)."""
        yield from self._leaves

    def refuse(self, way: str, message: str) -> WordsRefused:
        """Return the complaint about the field at ``way``, to be raised."""
        return WordsRefused(self.name, self.line(way), message)

    def complain(self, way: str, message: str) -> None:
        """Keep the complaint about the field at ``way``."""
        self.faults.append(self.refuse(way, message))

    def complain_at(self, line: int, message: str) -> None:
        """Keep a complaint about a line below the header."""
        self.faults.append(WordsRefused(self.name, line, message))

    def settle(self) -> None:
        """Raise the first complaint, in the order of the file; return quietly when there is none."""
        for fault in sorted(self.faults, key=lambda fault: fault.line):
            raise fault

    def only(self, known: set[str], kind: str) -> None:
        """Complain about every field that is not in ``known``."""
        for unknown in sorted(set(self.fields) - known):
            self.complain(unknown, f"{unknown}: is not a field of {kind}; see content/README.md.")

    def value(self, way: str) -> object:
        """Return what stands at ``way``, or None."""
        found: object = self.fields
        for name in way.split("."):
            if isinstance(found, dict):
                found = found.get(name)
            elif isinstance(found, list) and name.isdecimal() and int(name) < len(found):
                found = found[int(name)]
            else:
                return None
        return found

    def text(self, way: str, *, needed: bool = True) -> str:
        """Return one line of words; an absent one is empty."""
        value = self.value(way)
        if (value is None and not needed) or (isinstance(value, str) and (value.strip() or not needed)):
            return str(value or "").strip()
        self.complain(way, f"the header needs {way}: with one line of words.")
        return ""

    def secure_address(self, way: str) -> str:
        """Return an address of another site that a page may link, or nothing where the header is silent."""
        address = self.text(way, needed=False)
        if address and not SECURE_ADDRESS.fullmatch(address):
            self.complain(way, f"{way}: is an address that begins with https://, or empty.")
        return address

    def choice(self, way: str, allowed: Sequence[str]) -> str:
        """Return one of the ``allowed`` words."""
        value = self.value(way)
        if value not in allowed:
            self.complain(way, f"{way}: must be one of {', '.join(allowed)}.")
        return str(value)

    def texts(self, way: str) -> tuple[str, ...]:
        """Return a list of lines; an absent list is empty."""
        value = self.value(way) or []
        if not isinstance(value, list) or not all(isinstance(item, str) and item.strip() for item in value):
            self.complain(way, f"{way}: must be a list of lines that begin with a dash.")
            return ()
        return tuple(item.strip() for item in value)

    def day(self, way: str) -> date:
        """Return a day, written 2026-11-23."""
        value = self.value(way)
        if type(value) is not date:
            self.complain(way, f"the header needs {way}: with a day, for example 2026-11-23.")
            return date.min
        return value

    def number(self, way: str) -> int:
        """Return a whole number from 1 up."""
        value = self.value(way)
        if type(value) is not int or value < 1:
            self.complain(way, f"{way}: must be a whole number from 1 up.")
            return 0
        return value

    def count(self, way: str) -> int:
        """Return how many entries the list at ``way`` has; complain when it is no list or an empty one."""
        value = self.value(way)
        if not isinstance(value, list) or not value:
            self.complain(way, f"{way}: must be a list of entries that begin with a dash.")
            return 0
        return len(value)

    def entries(self, way: str, needed: Sequence[str], optional: Sequence[str] = ()) -> list[dict[str, str]]:
        """Return a list of entries that each have the ``needed`` words and may have the ``optional`` ones.

        An absent list is empty; in an entry, an absent optional word is empty. Numbers come as words.
        """
        value = self.value(way) or []
        if not isinstance(value, list):
            self.complain(way, f"{way}: must be a list of entries that begin with a dash.")
            return []
        names = " and ".join(f"{name}:" for name in needed)
        rest = (
            f"; it may have {', '.join(f'{name}:' for name in optional)}"
            if optional
            else ", and nothing else"
        )
        found = []
        for index, entry in enumerate(value):
            if _fits(entry, needed, optional):
                found.append({name: str(entry.get(name, "")).strip() for name in (*needed, *optional)})
            else:
                self.complain(f"{way}.{index}", f"each entry of {way}: needs {names}{rest}.")
        return found


def _fits(entry: object, needed: Sequence[str], optional: Sequence[str]) -> bool:
    return (
        isinstance(entry, dict)
        and set(needed) <= set(entry) <= {*needed, *optional}
        and all(isinstance(part, str | int) and str(part).strip() for part in entry.values())
    )


def read_text(path: Path, name: Path) -> str:
    """Return a file's text. Raises WordsRefused when it is missing or not text, OSError when it cannot be read."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise WordsRefused(name, 1, "the file is missing.") from error
    except UnicodeDecodeError as error:
        line = path.read_bytes().count(b"\n", 0, error.start) + 1
        raise WordsRefused(name, line, "a letter here is not UTF-8; save the file as UTF-8.") from error


def read_yaml(path: Path, folder: Path) -> Header:
    """Read a file that is YAML from its first line on. Raises WordsRefused when it is missing or not YAML."""
    name = path.relative_to(folder)
    return _header(name, read_text(path, name), 1, "this")


def read_words(path: Path, folder: Path) -> tuple[Header, str, int]:
    """Read a file with a header: return it, the Markdown below it, and the line on which that begins.

    Raises WordsRefused when there is no header, or one that is not YAML.
    """
    name = path.relative_to(folder)
    text = read_text(path, name)
    end = text.find("\n---\n", len(BEGIN) - 1)
    if not text.startswith(BEGIN) or end < 0:
        raise WordsRefused(
            name, 1, "begin the file with a line --- and its header, and end that with another."
        )
    header = _header(name, text[len(BEGIN) : end + 1], 2, "the header")
    below = end + len("\n---\n")
    return header, text[below:], text.count("\n", 0, below) + 1


def _header(name: Path, text: str, first_line: int, what: str) -> Header:
    loader = Loader(text)
    try:
        node = loader.get_single_node()
        _refuse_twice(node, name, first_line)
        value = loader.construct_document(node) if node is not None else {}
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + first_line if error.problem_mark else first_line
        raise WordsRefused(name, line, f"{what} is not YAML: {error.problem}.") from error
    except (yaml.YAMLError, ValueError) as error:
        raise WordsRefused(name, first_line, f"{what} is not YAML: {error}.") from error
    finally:
        loader.dispose()
    return Header(name, node, value, first_line)


def _refuse_twice(node: yaml.Node | None, name: Path, first_line: int) -> None:
    """YAML lets a key stand twice and keeps the last; a writer would look for the first in vain."""
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _refuse_twice(item, name, first_line)
    if not isinstance(node, yaml.MappingNode):
        return
    seen: set[str] = set()
    for key, value in node.value:
        if str(key.value) in seen:
            line = first_line + key.start_mark.line
            raise WordsRefused(name, line, f"{key.value} stands here a second time.")
        seen.add(str(key.value))
        _refuse_twice(value, name, first_line)
