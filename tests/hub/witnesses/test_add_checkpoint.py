"""What is sent to a witness, and what of its answers is believed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hub.witnesses.add_checkpoint import SIZE_TYPE, Answer, body_of, read_cosignature, read_size
from hub.witnesses.troubles import WORDS, NotCosignedError, Trouble
from milton_protocol.translog.checkpoint import Checkpoint
from milton_protocol.translog.cosignature import cosign, cosigned_at
from milton_protocol.translog.note import SignedNote
from milton_protocol.translog.verifier_key import SignatureType, VerifierKey
from tests.simulators.city import NOW, ed25519

NAME = "witness.example/w1"
KEY = VerifierKey.of(NAME, ed25519(NAME), SignatureType.COSIGNATURE)
NOTE = Checkpoint(origin="log.example", size=3, root=bytes(32)).sign(ed25519("log"))


def line(*, signer: str = NAME, name: str = NAME, late: timedelta = timedelta()) -> str:
    """Return a cosignature's line."""
    return cosign(NOTE, name, ed25519(signer), NOW + late).signatures[-1].format()


def test_a_call_is_the_old_size_the_proof_an_empty_line_and_the_note() -> None:
    """As the specification's example has it."""
    body = body_of(2, [bytes(32), b"\xff" * 32], "origin\n3\nroot\n\n\u2014 origin c2ln\n")
    assert body.decode().split("\n") == [
        "old 2",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "//////////////////////////////////////////8=",
        "",
        *("origin", "3", "root", "", "\u2014 origin c2ln", ""),
    ]
    assert body_of(0, [], "note\n") == b"old 0\n\nnote\n"


def test_no_proof_has_more_lines_than_a_call_may_have() -> None:
    """No log that there is needs as many."""
    assert body_of(1, [bytes(32)] * 63, "note\n").count(b"\n") == 66
    with pytest.raises(ValueError, match="64 hashes"):
        body_of(1, [bytes(32)] * 64, "note\n")


@pytest.mark.parametrize(
    "body",
    [
        line(),
        line() + line(),
        line(signer="stranger", name="stranger.example") + line(),
        line() + line(signer="stranger"),  # of another key under the same name: its key id is another
    ],
)
def test_the_witnesses_own_line_is_taken_once_and_others_are_passed_over(body: str) -> None:
    """What is kept makes a note that any reader takes, with one line of this key."""
    found = read_cosignature(body.encode(), NOTE, KEY, NOW)
    assert (found.line, found.at) == (line(), NOW)
    assert cosigned_at(SignedNote.parse(NOTE.format() + found.line), KEY, NOW) == NOW


def test_of_two_that_hold_the_later_is_taken() -> None:
    """One of a key is enough for every reader."""
    later = line(late=timedelta(minutes=1))
    assert read_cosignature((line() + later + line()).encode(), NOTE, KEY, NOW).line == later


@pytest.mark.parametrize(
    ("body", "trouble"),
    [
        (b"", Trouble.FALSE),
        (line(signer="stranger", name="stranger.example").encode(), Trouble.FALSE),
        (line().replace("A", "B", 1).encode()[:-9] + b"\n", Trouble.FOREIGN),
        (line().encode().removesuffix(b"\n"), Trouble.FOREIGN),
        (b"<html>", Trouble.FOREIGN),
        (b"\xff\xfe\n", Trouble.FOREIGN),
        ((line() * 33).encode(), Trouble.FOREIGN),
        (line(late=timedelta(minutes=6)).encode(), Trouble.TIME_OFF),
        (line(late=-timedelta(minutes=6)).encode(), Trouble.TIME_OFF),
    ],
)
def test_anything_else_is_no_cosignature(body: bytes, trouble: Trouble) -> None:
    """And it is said what it is."""
    with pytest.raises(NotCosignedError) as refused:
        read_cosignature(body, NOTE, KEY, NOW)
    assert refused.value.trouble is trouble


def test_a_line_under_the_witnesses_key_that_does_not_hold_spoils_the_answer() -> None:
    """A note with it would be refused by every reader who knows the witness."""
    false = SignedNote(text=NOTE.text, signatures=()).with_signature(KEY, bytes(72)).signatures[0].format()
    for body in (false, line() + false):
        with pytest.raises(NotCosignedError) as refused:
            read_cosignature(body.encode(), NOTE, KEY, NOW)
        assert refused.value.trouble is Trouble.FALSE


def size_answer(body: bytes, content_type: str = SIZE_TYPE) -> Answer:
    """Return a conflict."""
    return Answer(status=409, content_type=content_type, body=body)


def test_a_conflict_names_a_size_or_none() -> None:
    """By its type alone."""
    assert read_size(size_answer(b"20852014\n")) == 20_852_014
    assert read_size(size_answer(b"0\n")) == 0
    assert read_size(size_answer(b"3\n", "text/plain")) is None


@pytest.mark.parametrize("body", [b"", b"\n", b"01\n", b"-1\n", b"1\n\n", b"1 \n", b"\xd9\xa1\n", b"9" * 20, b"1e3\n"])
def test_a_size_that_is_no_number_is_refused(body: bytes) -> None:
    """Also one that no log can have."""
    with pytest.raises(NotCosignedError) as refused:
        read_size(size_answer(body))
    assert refused.value.trouble is Trouble.FOREIGN


def test_every_trouble_has_words() -> None:
    """And they fit the columns that they are kept in."""
    assert set(WORDS) == set(Trouble)
    assert all(len(each.value) <= 20 for each in Trouble)
