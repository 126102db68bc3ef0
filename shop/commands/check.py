"""Reads every word in content/."""

from argparse import ArgumentParser, Namespace

from shop.config import ROOT, Config
from shop.content import read_content


def arguments(_parser: ArgumentParser) -> None:
    """There is nothing to choose."""


def command(_config: Config, _asked: Namespace) -> int:
    """Say that the words are in order; a mistake is raised with its file and line."""
    content = read_content(ROOT / "content")
    print(
        f"The words are in order: {len(content.products)} products, {len(content.letters)} letters, "
        f"{len(content.phrases)} phrases."
    )
    return 0
