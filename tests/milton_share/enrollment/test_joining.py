"""A home that uses a code up says the same of itself when it has to use it again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from custom_components.milton_share.enrollment.identity import joining_by
from tests.simulators.hub import CODES

if TYPE_CHECKING:
    from pathlib import Path

    from custom_components.milton_share.enrollment.identity import Joining


def said(joining: Joining) -> tuple[str, bytes]:
    """Return what the hub hears of it."""
    return joining.home_id, joining.device_key.public_key().public_bytes_raw()


def test_the_same_code_is_the_same_home(tmp_path: Path) -> None:
    """Whatever ended in between; nobody else may read it, and the code isn't in it."""
    path = tmp_path / "joining"
    first = said(joining_by(path, CODES[0]))
    assert said(joining_by(path, CODES[0])) == first
    assert path.stat().st_mode & 0o777 == 0o600
    assert CODES[0].encode() not in path.read_bytes()
    assert [file.name for file in tmp_path.glob("joining*")] == ["joining"]


def test_another_code_is_another_home(tmp_path: Path) -> None:
    """Two enrollments of one house can't be joined by what the hub gets."""
    path = tmp_path / "joining"
    first, second = joining_by(path, CODES[0]), joining_by(path, CODES[1])
    assert first.home_id != second.home_id
    assert said(first)[1] != said(second)[1]


@pytest.mark.parametrize("kept", [b"", b"{", b"[]", b"{}", b'{"code_sha256": 1}'])
def test_a_broken_file_is_no_obstacle(tmp_path: Path, kept: bytes) -> None:
    """Half of one, or one of something else: a new home joins, and is kept."""
    path = tmp_path / "joining"
    path.write_bytes(kept)
    (tmp_path / "joining.new").write_bytes(b"half")
    first = said(joining_by(path, CODES[0]))
    assert said(joining_by(path, CODES[0])) == first
