"""Proofreads every word in content/."""

from argparse import ArgumentParser, Namespace

from shop.app import answers
from shop.config import ROOT, Config
from shop.content import read_content
from shop.content.body import tokens_of
from shop.content.grade import grade, running_prose
from shop.content.plates import Plates
from shop.content.proof import proofread

PLATES = ROOT / "static" / "img" / "plates"


def arguments(_parser: ArgumentParser) -> None:
    """There is nothing to choose."""


def command(_config: Config, _asked: Namespace) -> int:
    """Print what is wrong, one line each with file and line; return 1 when something is."""
    faults = proofread(ROOT / "content", Plates(PLATES), answers)
    for fault in faults:
        print(f"content/{fault}")
    if faults:
        print(f"{len(faults)} {'thing' if len(faults) == 1 else 'things'} to mend.")
        return 1
    content = read_content(ROOT / "content")
    print(
        f"The words are in order: {len(content.articles)} articles, {len(content.products)} products, "
        f"{len(content.letters)} letters, {len(content.phrases)} phrases."
    )
    for article in content.articles.values():
        asked = grade(running_prose(tokens_of(article.markdown)))
        print(f"{article.slug}: {article.words} words, grade {asked:.1f}")
    return 0
