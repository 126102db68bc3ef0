"""Drawings that come as pictures: each takes with it what the style sheet says of it, and no more.

A drawing of static/img/plates holds classes and no colors, for pages that hold it. A page with many of them shows
those further down as pictures, which are fetched when a reader comes near; a picture sees no style sheet of the page.
"""

import re
from collections.abc import Sequence, Set
from functools import lru_cache

FOLDER = "img/plates/"
SHEET = "css/drawing.css"
CLASSES = re.compile(r'class="([^"]*)"')
CLASS = re.compile(r"\.([\w-]+)")
VARIABLE = re.compile(r"var\((--[\w-]+)")
GIVEN = re.compile(r"(--[\w-]+):[^;}]*;?")
# What no picture needs: faces it could not fetch, and movement.
LEFT_OUT = ("@font-face", "@keyframes", "@supports", "@view-transition")


def dressed(drawing: str, css: str) -> str:
    """Return the SVG ``drawing`` with the rules of ``css`` that mean it; ``css`` is tight (static_files.tight)."""
    classes = {name for found in CLASSES.findall(drawing) for name in found.split()}
    return drawing.replace(
        "<title", f"<style>{with_used_variables(rules_for(css, classes))}</style><title", 1
    )


def rules_for(css: str, classes: Set[str]) -> str:
    """Return the rules of ``css`` whose selectors name nothing but ``classes``."""
    kept = []
    for head, body in blocks(css):
        if head.startswith(LEFT_OUT):
            continue
        if head.startswith("@"):
            body = rules_for(body, classes)
        else:
            head = ",".join(part for part in head.split(",") if set(CLASS.findall(part)) <= classes)
        if head and body:
            kept.append(f"{head}{{{body}}}")
    return "".join(kept)


def with_used_variables(css: str) -> str:
    """Return ``css`` without the variables that nothing in it asks for."""
    used = set(VARIABLE.findall(css))
    fewer = GIVEN.sub(lambda found: found[0] if found[1] in used else "", css)
    return css if fewer == css else with_used_variables(fewer)


@lru_cache(maxsize=512)
def blocks(css: str) -> Sequence[tuple[str, str]]:
    """Return each ``head { body }`` of ``css``; statements without a body are left out.

    Every drawing asks for the same ones.
    """
    found = []
    depth, begin, opened = 0, 0, 0
    for at, sign in enumerate(css):
        if sign == "{":
            depth += 1
            if depth == 1:
                opened = at
        elif sign == "}":
            depth -= 1
            if depth == 0:
                found.append((css[begin:opened].strip(), css[opened + 1 : at]))
                begin = at + 1
        elif sign == ";" and depth == 0:
            begin = at + 1
    return found
