"""``milton-hub open``: what comes out is the whole plaintext, or nothing stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hub.__main__ import main
from milton_protocol.sealing.age import Identity, SealState

if TYPE_CHECKING:
    from pathlib import Path

CLIP = b"footage" * 100_000


@pytest.fixture
def arguments(tmp_path: Path) -> list[str]:
    """Seal a clip to one key, and name the three files; the identity's has a comment, as age-keygen writes it."""
    identity = Identity.generate()
    state = SealState.new([identity.recipient])
    (tmp_path / "me.age").write_text(f"# public key: {identity.recipient}\n\n{identity.secret_text()}\n")
    (tmp_path / "body").write_bytes(b"".join(state.body([CLIP])))
    (tmp_path / "header").write_bytes(state.header)
    return [
        "open",
        *("--identity", str(tmp_path / "me.age")),
        *("--header", str(tmp_path / "header")),
        *("--body", str(tmp_path / "body")),
    ]


def test_without_a_file_it_goes_to_standard_output(
    arguments: list[str], capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """So that it can be piped into a player."""
    assert main(arguments) == 0
    assert capfdbinary.readouterr().out.endswith(CLIP)


@pytest.mark.parametrize("at", [0, 300_000, -1], ids=["nonce", "in the middle", "last byte"])
def test_an_altered_body_leaves_no_file(arguments: list[str], tmp_path: Path, at: int) -> None:
    """Nobody takes half a clip for a whole one."""
    body = bytearray((tmp_path / "body").read_bytes())
    body[at] ^= 1
    (tmp_path / "body").write_bytes(body)
    assert main([*arguments, "--out", str(tmp_path / "clip")]) == 1
    assert not (tmp_path / "clip").exists()


def test_a_body_that_was_cut_short_leaves_no_file(arguments: list[str], tmp_path: Path) -> None:
    """Also at a border between two chunks, where every byte that is there is right."""
    body = (tmp_path / "body").read_bytes()
    (tmp_path / "body").write_bytes(body[: 16 + 65_552])
    assert main([*arguments, "--out", str(tmp_path / "clip")]) == 1
    assert not (tmp_path / "clip").exists()


def test_another_key_opens_nothing(arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is said in one line."""
    (tmp_path / "me.age").write_text(f"{Identity.generate().secret_text()}\n")
    assert main([*arguments, "--out", str(tmp_path / "clip")]) == 1
    assert not (tmp_path / "clip").exists()
    assert capsys.readouterr().err.count("\n") == 1
