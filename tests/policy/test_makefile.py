"""`make` sets up what it needs once, does nothing twice, and says in a sentence what a machine lacks."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
# A Python that writes down what it is asked, and makes environments that hold nothing but itself.
PYTHON = """#!/bin/sh
echo "$@" >> "{log}"
case "$*" in
    *version_info*) exit {too_old} ;;
    *ensurepip*) exit {no_venv} ;;
    --version) echo Python 3.9.9 ;;
    "-m venv"*) mkdir -p .venv/bin && cp "$0" .venv/bin/python ;;
esac
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the Makefile and its locks, in a folder with a space in its name."""
    folder = tmp_path / "the shop"
    folder.mkdir()
    for name in ("Makefile", "requirements.txt", "requirements-dev.txt"):
        shutil.copy(ROOT / name, folder)
    return folder


def make(folder: Path, *words: str, too_old: int = 0, no_venv: int = 0) -> subprocess.CompletedProcess[str]:
    """Runs make there with a Python that notes what it is asked."""
    python = folder.parent / "python"
    python.write_text(PYTHON.format(log=folder.parent / "log", too_old=too_old, no_venv=no_venv))
    python.chmod(0o755)
    (folder.parent / "log").unlink(missing_ok=True)
    command = ["make", f"PYTHON={python}", *words]
    return subprocess.run(
        command, cwd=folder, env={"PATH": os.environ["PATH"]}, capture_output=True, text=True
    )


def asked(folder: Path) -> list[str]:
    """What Python was asked, in order."""
    return (folder.parent / "log").read_text().splitlines()


def test_the_first_start_installs_by_hash_and_the_second_only_starts(folder: Path) -> None:
    first = make(folder, "run")
    assert first.stdout.splitlines() == ["Making the environment ...", "Installing what the shop needs ..."]
    assert [line for line in asked(folder) if "pip" in line.split()] == [
        "-m pip --disable-pip-version-check --no-input --quiet install"
        " --require-hashes --requirement requirements.txt"
    ]
    second = make(folder, "run")
    assert (second.returncode, second.stdout) == (0, "")
    assert asked(folder) == ["-m shop run"]


def test_changed_requirements_are_installed_at_the_next_start(folder: Path) -> None:
    make(folder, "run")
    stamp = (folder / ".venv" / "run.stamp").stat().st_mtime
    os.utime(folder / "requirements.txt", (stamp + 1, stamp + 1))
    assert make(folder, "run").stdout.splitlines() == ["Installing what the shop needs ..."]


def test_what_the_tests_installed_serves_the_shop_too(folder: Path) -> None:
    make(folder, "test")
    assert make(folder, "run").stdout == ""


def test_an_environment_whose_python_has_gone_is_made_again(folder: Path) -> None:
    make(folder, "run")
    (folder / ".venv" / "bin" / "python").unlink()
    assert make(folder, "run").stdout.splitlines()[0] == "Making the environment ..."


def test_an_old_python_is_named_in_a_sentence(folder: Path) -> None:
    said = make(folder, "run", too_old=1)
    assert said.returncode != 0
    assert said.stdout.startswith("Python 3.9.9 is too old: install Python 3.11 or newer")


def test_a_python_without_venv_is_told_which_package_it_wants(folder: Path) -> None:
    said = make(folder, "run", no_venv=1)
    assert said.returncode != 0
    assert "python3-venv" in said.stdout


def test_a_machine_without_python_is_told_to_install_it(folder: Path) -> None:
    said = make(folder, "run", "PYTHON=no-such-python")
    assert said.returncode != 0
    assert said.stdout == "Python was not found: install Python 3.11 or newer.\n"


def test_help_tells_what_each_command_does(folder: Path) -> None:
    said = make(folder, "help").stdout
    assert [line.split()[1] for line in said.splitlines()] == [
        *("help", "run", "test", "lint", "bench", "prove", "lock", "clean")
    ]
