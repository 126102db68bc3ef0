"""The secret that demo mode keeps; the other settings are tested where they are used."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from shop.config import load
from shop.errors import SettingRefused


def settings(folder: Path) -> dict[str, str]:
    return {"DATABASE_URL": f"sqlite:///{folder}/shop.sqlite"}


def test_the_kept_secret_is_made_once_and_read_by_nobody_else(tmp_path: Path) -> None:
    first, second = load(settings(tmp_path)), load(settings(tmp_path))
    assert first.secret_key == second.secret_key
    assert len(first.secret_key) >= 32
    assert (tmp_path / "secret-key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret-key"]


@pytest.mark.parametrize("left_behind", ["", "\n", "short"])
def test_a_secret_that_was_never_wholly_written_is_made_anew(tmp_path: Path, left_behind: str) -> None:
    (tmp_path / "secret-key").write_text(left_behind)
    assert len(load(settings(tmp_path)).secret_key) >= 32


def test_processes_that_start_together_have_a_whole_secret_each_time(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as together:
        secrets = list(together.map(lambda _: load(settings(tmp_path)).secret_key, range(8)))
    assert all(len(secret) >= 32 for secret in secrets)


def test_a_folder_that_takes_no_secret_is_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "secret-key").mkdir()
    with pytest.raises(SettingRefused, match="cannot be written"):
        load(settings(tmp_path))
