"""The code that opens one request: shown in one form, read as people type it, hashed in one way."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milton_protocol.door_code import code_sha256, new_door_code, read_door_code
from milton_protocol.errors import ProtocolError

VECTORS = [
    json.loads(line) for line in (Path(__file__).parent / "vectors/registry/door_codes.jsonl").read_text().splitlines()
]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: repr(vector["text"]))
def test_every_reader_takes_the_same_texts_for_the_same_code(vector: dict[str, str | None]) -> None:
    """The browser's code is held to the same file."""
    code = read_door_code(str(vector["text"]))
    assert code == vector["code"]
    if code is not None:
        assert code_sha256(code) == vector["code_sha256"]
    if "random" in vector:
        assert new_door_code(bytes.fromhex(str(vector["random"]))) == code


@given(st.binary(min_size=10, max_size=10), st.booleans())
def test_a_code_is_read_as_it_is_shown_with_or_without_its_prefix(random: bytes, bare: bool) -> None:  # noqa: FBT001
    """Also one that begins with the prefix's letters."""
    code = new_door_code(random)
    typed = code.removeprefix("MD-") if bare else code
    assert read_door_code(typed.lower().replace("1", "l").replace("0", "o").replace("-", " ")) == code


def test_what_is_hashed_is_the_sixteen_characters_after_the_context() -> None:
    """As the protocol says."""
    body = b"milton/door-code/v1\n0011110000000000"
    assert code_sha256("MD-0011-1100-0000-0000") == hashlib.sha256(body).hexdigest()


@pytest.mark.parametrize("size", [9, 11])
def test_a_code_has_eighty_random_bits(size: int) -> None:
    """Not more and not fewer."""
    with pytest.raises(ProtocolError, match="out_of_bounds"):
        new_door_code(bytes(size))
