"""What the shop stands on: each dependency has a reason, is locked by hash, and is what the code imports."""

import ast
import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
IN_FILES = ["requirements.in", "requirements-dev.in", "requirements-browser.in"]
LOCKS = ["requirements.txt", "requirements-dev.txt", "requirements-browser.txt"]


@pytest.mark.parametrize("name", IN_FILES)
def test_every_direct_dependency_has_a_reason(name: str) -> None:
    bare = [line for line in direct(name) if len(line.partition("#")[2].split()) < 3]
    assert not bare, f"{name}: say in a comment on the line what it is for: {bare}"


@pytest.mark.parametrize("name", IN_FILES)
def test_every_direct_dependency_is_locked(name: str) -> None:
    unlocked = {package(line) for line in direct(name)} - locked(name.replace(".in", ".txt")).keys()
    assert not unlocked, f"{sorted(unlocked)} are not in the lock: run make lock"


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_package_has_hashes(name: str) -> None:
    assert not [package for package, text in locked(name).items() if "--hash=sha256:" not in text]


@pytest.mark.parametrize("name", [*LOCKS, "tests/browser/package-lock.json"])
def test_a_lock_names_no_host_and_no_machine(name: str) -> None:
    assert not re.findall(r"\w+://\S+|--(?:index|find)-|/(?:home|root)/", (ROOT / name).read_text())


def test_the_tests_run_with_the_versions_that_the_shop_runs_with() -> None:
    shop, tests = locked("requirements.txt"), locked("requirements-dev.txt")
    other = [name for name in shop if version(shop[name]) != version(tests.get(name, ""))]
    assert not other, f"{other} differ between the locks: run make lock"


def test_every_package_the_shop_imports_is_a_direct_dependency() -> None:
    owners = packages_distributions()
    declared = {package(line) for line in direct("requirements.in")}
    undeclared = {
        f"{name} ({file.relative_to(ROOT)})"
        for file in [*(ROOT / "shop").rglob("*.py"), *(ROOT / "migrations").rglob("*.py")]
        for name in imported(file) - sys.stdlib_module_names - {"shop"}
        if not declared & {owner.lower() for owner in owners.get(name, [])}
    }
    assert not undeclared, f"list them in requirements.in, with a reason: {sorted(undeclared)}"


def direct(name: str) -> list[str]:
    """The lines of an .in file that name a package."""
    return [line for line in (ROOT / name).read_text().splitlines() if re.match(r"[a-z]", line)]


def package(line: str) -> str:
    """The name of the package: of `psycopg[binary]>=3.3` it is psycopg."""
    return re.match(r"[\w.-]+", line)[0].lower()


def locked(name: str) -> dict[str, str]:
    """Each package of a lock, with all that is said about it."""
    parts = re.split(r"\n(?=[a-z])", (ROOT / name).read_text())
    return {package(part): part for part in parts}


def version(text: str) -> str:
    """The version in the first line of a lock's entry."""
    return text.partition("==")[2].split(" ")[0]


def imported(file: Path) -> set[str]:
    """The packages a module imports, by the first part of their name."""
    nodes = list(ast.walk(ast.parse(file.read_text())))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    named = {str(node.module) for node in nodes if isinstance(node, ast.ImportFrom)}
    return {name.partition(".")[0] for name in plain | named}
