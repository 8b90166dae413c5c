"""Signed notes, checkpoints and cosignatures: the specifications' own examples, and what must not pass."""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from milton_protocol.errors import ProtocolError
from milton_protocol.limits import NOTE_MAX_CHARS
from milton_protocol.translog.checkpoint import Checkpoint, open_checkpoint
from milton_protocol.translog.cosignature import cosign, cosigned_at
from milton_protocol.translog.merkle import EMPTY_ROOT, leaf_hash
from milton_protocol.translog.note import SignatureType, SignedNote, VerifierKey, sign_note
from milton_protocol.translog.verifier_key import KEY_NAME_MAX_CHARS

VECTORS = Path(__file__).parent / "vectors" / "c2sp"
EXAMPLE = (VECTORS / "signed-note.txt").read_text()
EXAMPLE_VKEY = (VECTORS / "signed-note.vkey").read_text().strip()
LOG_NAME = "log.example/milton"
LOG = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
WITNESS = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
WITNESS_NAME = "witness.example/w1"
AT = datetime(2026, 11, 25, 12, 0, 0, tzinfo=UTC)
CHECKPOINT = Checkpoint(origin=LOG_NAME, size=7, root=leaf_hash(b"any"))


def line(name: str = "a", data: bytes = bytes(68)) -> str:
    """Return a signature line."""
    return f"\N{EM DASH} {name} {b64encode(data).decode()}\n"


def test_the_example_of_the_specification_verifies() -> None:
    """Under the key printed beside it (signed-note.md, Example)."""
    note = SignedNote.parse(EXAMPLE)
    note.check_signed_by(VerifierKey.parse(EXAMPLE_VKEY))
    assert note.format() == EXAMPLE
    assert VerifierKey.parse(EXAMPLE_VKEY).format() == EXAMPLE_VKEY


@pytest.mark.parametrize("name", ["poem.txt", "checkpoint.txt"])
def test_other_examples_read_and_format_to_the_same_text(name: str) -> None:
    """A text with an empty line in it, a checkpoint with a cosignature."""
    text = (VECTORS / name).read_text()
    assert SignedNote.parse(text).format() == text


def test_a_note_signs_and_verifies() -> None:
    """And survives the way over the wire."""
    note = SignedNote.parse(sign_note("a\n\nb\n", LOG_NAME, LOG).format())
    note.check_signed_by(VerifierKey.of(LOG_NAME, LOG))
    assert note.text == "a\n\nb\n"


def test_an_altered_text_is_refused() -> None:
    """The signature covers each byte."""
    note = SignedNote.parse(EXAMPLE.replace("example message", "exbmple message"))
    with pytest.raises(ProtocolError, match="note_signature_wrong"):
        note.check_signed_by(VerifierKey.parse(EXAMPLE_VKEY))


@pytest.mark.parametrize(
    "key",
    [
        VerifierKey.of("log.example/other", LOG),
        VerifierKey.of(LOG_NAME, WITNESS),
        VerifierKey.of(LOG_NAME, LOG, SignatureType.COSIGNATURE),
    ],
    ids=["other name", "other key", "other type"],
)
def test_a_note_of_another_signer_is_not_signed(key: VerifierKey) -> None:
    """Name, key and type make the signer, never one of them alone."""
    with pytest.raises(ProtocolError, match="note_not_signed"):
        sign_note("text\n", LOG_NAME, LOG).check_signed_by(key)


def test_a_cosignature_is_not_a_signature_of_the_log() -> None:
    """Even where the log's own key made it."""
    note = cosign(CHECKPOINT.sign(WITNESS), LOG_NAME, LOG, AT)
    with pytest.raises(ProtocolError, match="note_not_signed"):
        note.check_signed_by(VerifierKey.of(LOG_NAME, LOG, SignatureType.COSIGNATURE))


def test_one_false_signature_of_a_known_key_refuses_the_note() -> None:
    """Beside a true one (signed-note.md, Signatures)."""
    key = VerifierKey.of(LOG_NAME, LOG)
    note = sign_note("text\n", LOG_NAME, LOG).with_signature(key, bytes(64))
    with pytest.raises(ProtocolError, match="note_signature_wrong"):
        note.check_signed_by(key)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "text\n",
        "text\n\n",
        "text\n" + line(),
        line(),
        "text\n\n" + line().strip("\n"),
        "text\n\n" + line() + "\n",
        "text\n\n" + line() + "x",
        "text\n\na " + b64encode(bytes(68)).decode() + "\n",
        "text\n\n- a " + b64encode(bytes(68)).decode() + "\n",
        "text\n\n" + line(name=""),
        "text\n\n" + line(name="a+b"),
        "text\n\n" + line(name="a\N{NO-BREAK SPACE}b"),
        "text\n\n" + line(name="a" * (KEY_NAME_MAX_CHARS + 1)),
        "text\n\n" + line(data=bytes(4)),
        "text\n\n" + line(data=bytes(6_149)),
        "text\n\n\N{EM DASH} a\n",
        "text\n\n\N{EM DASH} a AAAAAAAA*\n",
        "text\n\n\N{EM DASH} a AAAAAAE\n",
        "text\n\n\N{EM DASH} a AAAAAAF=\n",
        "text\n\n\N{EM DASH} a \N{FULLWIDTH LATIN CAPITAL LETTER A}AAAAAAA\n",
        "te\txt\n\n" + line(),
        "te\r\n\n" + line(),
        "te\ud800xt\n\n" + line(),
        "text\n\n" + line() * 33,
        "x" * NOTE_MAX_CHARS + "\n\n" + line(),
    ],
)
def test_what_is_not_a_note_is_refused(text: str) -> None:
    """Each by the same rule."""
    with pytest.raises(ProtocolError, match="note_malformed"):
        SignedNote.parse(text)


def test_thirty_two_signatures_of_any_kind_are_read() -> None:
    """The specification asks for sixteen; post-quantum ones are long, and names have letters of all kinds."""
    assert len(SignedNote.parse("text\n\n" + line() * 32).signatures) == 32
    assert SignedNote.parse("text\n\n" + line(name="ü" * KEY_NAME_MAX_CHARS, data=bytes(6_148))).signatures


@pytest.mark.parametrize("text", ["text", "te\0xt\n"])
def test_a_text_that_no_note_holds_is_not_signed(text: str) -> None:
    """It would be refused by each reader."""
    with pytest.raises(ProtocolError, match="note_malformed"):
        sign_note(text, LOG_NAME, LOG)


@pytest.mark.parametrize(
    "vkey",
    [
        "",
        "name",
        EXAMPLE_VKEY.replace("530d903a", "530D903A"),
        EXAMPLE_VKEY.replace("530d903a", "530d903b"),
        EXAMPLE_VKEY.replace("example.com/foo", ""),
        EXAMPLE_VKEY.replace("example.com/foo", "example.com/ foo"),
        EXAMPLE_VKEY.replace("example.com/foo", "example.com/\ud800"),
        EXAMPLE_VKEY + "=",
        EXAMPLE_VKEY[:-4],
        "a+00000000+" + b64encode(b"\x02" + bytes(32)).decode(),
        "a+00000000+",
        "x" * 300,
    ],
)
def test_what_is_not_a_verifier_key_is_refused(vkey: str) -> None:
    """Among them a key id that is not that of the key."""
    with pytest.raises(ProtocolError, match="verifier_key_malformed"):
        VerifierKey.parse(vkey)


def test_a_cosignature_key_reads_and_formats() -> None:
    """Type 04 makes another key id of the same key."""
    key = VerifierKey.of(WITNESS_NAME, WITNESS, SignatureType.COSIGNATURE)
    assert VerifierKey.parse(key.format()) == key
    assert key.key_id != VerifierKey.of(WITNESS_NAME, WITNESS).key_id


def test_the_example_checkpoint_reads() -> None:
    """As tlog-cosignature.md prints it."""
    checkpoint = Checkpoint.parse(SignedNote.parse((VECTORS / "checkpoint.txt").read_text()).text)
    assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20852163)


def test_a_checkpoint_opens_under_the_logs_key_only() -> None:
    """The origin is the key's name."""
    note = CHECKPOINT.sign(LOG)
    assert open_checkpoint(note, VerifierKey.of(LOG_NAME, LOG)) == CHECKPOINT
    foreign = sign_note(CHECKPOINT.format(), "log.example/other", LOG)
    with pytest.raises(ProtocolError, match="log_origin_unknown"):
        open_checkpoint(foreign, VerifierKey.of("log.example/other", LOG))


ROOT_TEXT = b64encode(bytes(32)).decode()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "origin\n1\n",
        f"origin\n1\n{ROOT_TEXT}",
        f"origin\n1\n{ROOT_TEXT}\nextension\n",
        f"origin\n1\n{ROOT_TEXT}\nextension",
        f"\n1\n{ROOT_TEXT}\n",
        f"{'o' * (KEY_NAME_MAX_CHARS + 1)}\n1\n{ROOT_TEXT}\n",
        f"origin\n01\n{ROOT_TEXT}\n",
        f"origin\n-1\n{ROOT_TEXT}\n",
        f"origin\n\N{ARABIC-INDIC DIGIT ONE}\n{ROOT_TEXT}\n",
        f"origin\n9007199254740992\n{ROOT_TEXT}\n",
        f"origin\n1{'0' * 5_000}\n{ROOT_TEXT}\n",
        f"origin\n1\n{b64encode(bytes(31)).decode()}\n",
        "origin\n1\nnot base64\n",
        f"origin\n0\n{ROOT_TEXT}\n",
    ],
)
def test_what_is_not_a_checkpoint_is_refused(text: str) -> None:
    """Extension lines too: nobody audits them."""
    with pytest.raises(ProtocolError, match="checkpoint_malformed"):
        Checkpoint.parse(text)


def test_a_log_has_as_many_entries_as_every_reader_can_count() -> None:
    """2^53-1, which JavaScript still tells from the next number."""
    largest = Checkpoint(origin=LOG_NAME, size=2**53 - 1, root=CHECKPOINT.root)
    assert Checkpoint.parse(largest.format()) == largest


def test_an_empty_log_has_a_checkpoint() -> None:
    """Size 0 with the hash of nothing."""
    empty = Checkpoint(origin=LOG_NAME, size=0, root=EMPTY_ROOT)
    assert Checkpoint.parse(empty.format()) == empty


def test_a_cosignature_signs_the_message_of_the_specification() -> None:
    """Two lines, then the checkpoint's text (tlog-cosignature.md, Ed25519 signed message)."""
    text = SignedNote.parse((VECTORS / "checkpoint.txt").read_text()).text
    at = datetime.fromtimestamp(1679315147, UTC)
    note = cosign(SignedNote(text=text, signatures=()), WITNESS_NAME, WITNESS, at)
    signature = note.signatures[0].signature
    assert int.from_bytes(signature[:8]) == 1679315147
    WITNESS.public_key().verify(signature[8:], (VECTORS / "cosigned-message.txt").read_bytes())


def test_a_cosignature_gives_its_time_and_leaves_the_logs_signature_valid() -> None:
    """To the second."""
    note = SignedNote.parse(cosign(CHECKPOINT.sign(LOG), WITNESS_NAME, WITNESS, AT).format())
    assert cosigned_at(note, VerifierKey.of(WITNESS_NAME, WITNESS, SignatureType.COSIGNATURE), AT) == AT
    assert open_checkpoint(note, VerifierKey.of(LOG_NAME, LOG)) == CHECKPOINT


def test_a_witness_that_cosigned_again_did_so_last_at_the_newer_time() -> None:
    """In whichever order its lines stand."""
    later = AT + timedelta(minutes=5)
    key = VerifierKey.of(WITNESS_NAME, WITNESS, SignatureType.COSIGNATURE)
    for first, second in ((AT, later), (later, AT)):
        note = cosign(cosign(CHECKPOINT.sign(LOG), WITNESS_NAME, WITNESS, first), WITNESS_NAME, WITNESS, second)
        assert cosigned_at(note, key, later) == later


def test_a_witness_that_did_not_cosign_has_no_time() -> None:
    """Nor has one under another name."""
    note = cosign(CHECKPOINT.sign(LOG), WITNESS_NAME, WITNESS, AT)
    assert cosigned_at(note, VerifierKey.of("witness.example/w2", WITNESS, SignatureType.COSIGNATURE), AT) is None


def test_a_cosignature_of_another_checkpoint_is_refused() -> None:
    """A hub can't carry one over."""
    cosigned = cosign(CHECKPOINT.sign(LOG), WITNESS_NAME, WITNESS, AT)
    other = Checkpoint(origin=LOG_NAME, size=8, root=CHECKPOINT.root).sign(LOG)
    key = VerifierKey.of(WITNESS_NAME, WITNESS, SignatureType.COSIGNATURE)
    moved = other.with_signature(key, cosigned.signatures[-1].signature)
    with pytest.raises(ProtocolError, match="note_signature_wrong"):
        cosigned_at(moved, key, AT)


def test_a_cosignature_with_another_time_is_refused() -> None:
    """The time is signed."""
    note = cosign(CHECKPOINT.sign(LOG), WITNESS_NAME, WITNESS, AT)
    key = VerifierKey.of(WITNESS_NAME, WITNESS, SignatureType.COSIGNATURE)
    later = int(AT.timestamp() + 1).to_bytes(8) + note.signatures[-1].signature[8:]
    with pytest.raises(ProtocolError, match="note_signature_wrong"):
        cosigned_at(CHECKPOINT.sign(LOG).with_signature(key, later), key, AT)


def test_a_cosignature_without_room_for_a_time_is_refused_and_one_beyond_the_calendar_passed_over() -> None:
    """The second is truly signed, and dated later than any clock will ever say."""
    key = VerifierKey.of(WITNESS_NAME, WITNESS, SignatureType.COSIGNATURE)
    note = CHECKPOINT.sign(LOG)
    with pytest.raises(ProtocolError, match="note_malformed"):
        cosigned_at(note.with_signature(key, bytes(64)), key, AT)
    far_s = 2**64 - 1
    signature = WITNESS.sign(f"cosignature/v1\ntime {far_s}\n{note.text}".encode())
    assert cosigned_at(note.with_signature(key, far_s.to_bytes(8) + signature), key, AT) is None


def test_only_checkpoints_are_cosigned() -> None:
    """A witness that signed any note could be made to sign anything."""
    with pytest.raises(ProtocolError, match="checkpoint_malformed"):
        cosign(sign_note("a\n", LOG_NAME, LOG), WITNESS_NAME, WITNESS, AT)
