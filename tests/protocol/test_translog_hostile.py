"""Whatever a hub or a broker sends to the log's parsers, they refuse by rule or read it exactly; they never crash."""

from __future__ import annotations

from contextlib import suppress

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from milton_protocol.errors import ProtocolError
from milton_protocol.translog.checkpoint import Checkpoint
from milton_protocol.translog.merkle import leaf_hash
from milton_protocol.translog.note import SignedNote
from milton_protocol.translog.proof import TlogProof
from milton_protocol.translog.tiles import Tile
from milton_protocol.translog.verifier_key import VerifierKey

LOG = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
LOG_KEY = VerifierKey.of("log.example/milton", LOG)
NOTE = Checkpoint(origin=LOG_KEY.name, size=3, root=leaf_hash(b"any")).sign(LOG)
PROOF = TlogProof(index=1, hashes=(leaf_hash(b"a"), leaf_hash(b"b")), checkpoint_note=NOTE)

any_text = st.text(st.characters(codec=None, categories=None), max_size=60)


@st.composite
def altered(draw: st.DrawFn, text: str) -> str:
    """Replace a stretch of a good text by anything."""
    start = draw(st.integers(0, len(text)))
    end = draw(st.integers(start, min(len(text), start + 5)))
    return text[:start] + draw(any_text) + text[end:]


@settings(deadline=None)  # a loaded machine is not a fault
@given(any_text | altered(PROOF.format()))
def test_a_proof_is_refused_by_rule_or_read_exactly(text: str) -> None:
    """What is read formats back to what came."""
    with suppress(ProtocolError):
        assert TlogProof.parse(text).format() == text


@settings(deadline=None)  # a loaded machine is not a fault
@given(any_text | altered(NOTE.format()))
def test_a_note_is_refused_by_rule_or_read_exactly(text: str) -> None:
    """And one with another text or signature is not the log's."""
    with suppress(ProtocolError):
        note = SignedNote.parse(text)
        assert note.format() == text
        note.check_signed_by(LOG_KEY)
        assert note.text == NOTE.text


@settings(deadline=None)  # a loaded machine is not a fault
@given(any_text | altered(NOTE.text))
def test_a_checkpoint_is_refused_by_rule_or_read_exactly(text: str) -> None:
    """One text, one checkpoint."""
    with suppress(ProtocolError):
        assert Checkpoint.parse(text).format() == text


@settings(deadline=None)  # a loaded machine is not a fault
@given(any_text | altered(LOG_KEY.format()))
def test_a_verifier_key_is_refused_by_rule_or_read_exactly(text: str) -> None:
    """One text, one key."""
    with suppress(ProtocolError):
        assert VerifierKey.parse(text).format() == text


@settings(deadline=None)  # a loaded machine is not a fault
@given(any_text | altered("tile/entries/x001/234.p/17"))
def test_a_tile_path_is_refused_by_rule_or_read_exactly(text: str) -> None:
    """One path, one tile."""
    with suppress(ProtocolError):
        assert Tile.parse(text).path == text
