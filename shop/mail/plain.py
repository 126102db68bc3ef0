"""The text part of a letter: the same words as its HTML, wrapped for a narrow window."""

import textwrap

from markdown_it.token import Token

from shop.mail.words import LetterRefused, Rows, leads_home

WIDTH = 72
# Tables below one another end at the same place, unless one needs more room.
TABLE_WIDTH = 52
GAP = 2


def plain(tokens: list[Token], base_url: str) -> str:
    """Return the text of filled ``tokens``; a link's address follows its words. Raises LetterRefused."""
    blocks: list[str] = []
    marks: list[str | int] = []
    prefix = ""
    for token in tokens:
        if token.type == "inline":
            text = _button(token) if token.meta.get("button") else _inline(token)
            blocks.append(_wrapped(text, prefix))
            prefix = " " * len(prefix)
        elif token.type == "rows":
            blocks.append(_table(token.meta["rows"], base_url))
        elif token.type in ("bullet_list_open", "ordered_list_open"):
            marks.append(1 if token.type == "ordered_list_open" else "-")
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            marks.pop()
        elif token.type == "list_item_open":
            prefix, marks[-1] = _mark(marks[-1])
        elif token.type == "list_item_close":
            prefix = ""
        elif token.type == "heading_close":
            blocks[-1] += "\n" + ("=" if token.tag == "h1" else "-") * max(map(len, blocks[-1].split("\n")))
        elif token.type not in ("paragraph_open", "paragraph_close", "heading_open"):
            raise LetterRefused(f"A letter cannot hold a {token.type}.")
    return "\n\n".join(blocks) + "\n"


def _mark(mark: str | int) -> tuple[str, str | int]:
    return (f"{mark}. ", mark + 1) if isinstance(mark, int) else (f"{mark} ", mark)


def _inline(inline: Token) -> str:
    text, target = "", ""
    for child in inline.children or ():
        if child.type == "link_open":
            target = str(child.attrGet("href"))
        elif child.type == "link_close":
            text += "" if text.endswith(target) else f" ({target})"
        elif child.type == "hardbreak":
            text += "\n"
        elif child.type == "softbreak":
            text += " "
        else:
            text += child.content
    return text


def _button(inline: Token) -> str:
    children = inline.children or []
    return "".join(child.content for child in children) + ":\n" + str(children[0].attrGet("href"))


def _wrapped(text: str, prefix: str) -> str:
    lines: list[str] = []
    for part in text.split("\n"):
        first = prefix if not lines else " " * len(prefix)
        lines += textwrap.wrap(
            part,
            WIDTH,
            initial_indent=first,
            subsequent_indent=" " * len(prefix),
            break_long_words=False,
            break_on_hyphens=False,
        ) or [""]
    return "\n".join(lines)


def _table(rows: Rows, base_url: str) -> str:
    longest = max(len(right) for left, right in rows)
    needed = max(len(left) for left, right in rows) + GAP + longest
    width = min(WIDTH, max(TABLE_WIDTH, needed))
    return "\n".join(_row(left, right, width, base_url) for left, right in rows)


def _row(left: str, right: str, width: int, base_url: str) -> str:
    if leads_home(right, base_url):
        return f"{left}:\n{right}"
    if len(left) + GAP + len(right) <= width:
        return left + right.rjust(width - len(left))
    wrapped = textwrap.fill(left, width, break_long_words=False, break_on_hyphens=False)
    return f"{wrapped}\n{right.rjust(width)}"
