"""An ``init`` that was cut short: the next one completes it, or begins anew; nothing of an earlier city is replaced."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from hub.__main__ import main
from hub.broker.setup import ACCOUNTS_KEY_NAME, accounts_secret
from hub.kit.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def init(folder: Path) -> int:
    """Found a demo city."""
    return main(["init", str(folder), "--demo"])


def names(folder: Path) -> set[str]:
    """Return what is in a folder."""
    return {path.name for path in folder.iterdir()}


def test_what_was_founded_and_never_moved_in_is_cleared_away(tmp_path: Path) -> None:
    """Its keys have signed nothing that anybody has: the city gets new ones."""
    assert init(tmp_path) == 0
    first = (tmp_path / "offline" / "root.key").read_bytes()
    (tmp_path / ".founding").mkdir()
    for name in ("hub", "offline"):
        (tmp_path / name).rename(tmp_path / ".founding" / name)
    assert init(tmp_path) == 0
    assert names(tmp_path) == {"hub", "offline"}
    assert (tmp_path / "offline" / "root.key").read_bytes() != first


def test_what_was_moved_in_by_half_is_completed(tmp_path: Path) -> None:
    """The hub stands; the keepers' keys that belong to it come to their place, and nothing is founded again."""
    assert init(tmp_path) == 0
    first = (tmp_path / "offline" / "root.key").read_bytes()
    (tmp_path / ".founding").mkdir()
    (tmp_path / "offline").rename(tmp_path / ".founding" / "offline")
    assert init(tmp_path) == 2
    assert names(tmp_path) == {"hub", "offline"}
    assert (tmp_path / "offline" / "root.key").read_bytes() == first


def test_keys_of_an_earlier_city_are_not_replaced(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where only the hub's folder was removed, the keys beside it stay and ``init`` says why it stops."""
    assert init(tmp_path) == 0
    first = (tmp_path / "offline" / "root.key").read_bytes()
    shutil.rmtree(tmp_path / "hub")
    capsys.readouterr()
    assert init(tmp_path) == 1
    assert "something of an earlier city" in capsys.readouterr().err
    assert (tmp_path / "offline" / "root.key").read_bytes() == first
    assert names(tmp_path) == {"offline"}


def test_a_key_that_was_written_by_half_is_written_again(tmp_path: Path) -> None:
    """What a crash left beside the name is no key: the broker's passwords are never derived from half a secret."""
    assert init(tmp_path) == 0
    folder = Settings.load(tmp_path).broker_folder
    folder.mkdir()
    (folder / f"{ACCOUNTS_KEY_NAME}.part").write_bytes(b"half")
    secret = accounts_secret(folder)
    assert len(secret) == 32
    assert accounts_secret(folder) == secret
    assert names(folder) == {ACCOUNTS_KEY_NAME}
