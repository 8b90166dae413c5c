"""The public log: notes, checkpoints, cosignatures, proofs, keys, tiles."""

from __future__ import annotations

from dataclasses import replace

from milton_protocol.errors import ProtocolError
from milton_protocol.translog import base64std
from milton_protocol.translog.checkpoint import Checkpoint, open_checkpoint, parse_decimal
from milton_protocol.translog.cosignature import cosigned_at
from milton_protocol.translog.merkle import (
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root,
    verify_consistency,
    verify_inclusion,
)
from milton_protocol.translog.note import NoteSignature, SignedNote
from milton_protocol.translog.proof import TlogProof
from milton_protocol.translog.rules import LogRule
from milton_protocol.translog.tiles import Tile, tiles_of
from milton_protocol.translog.verifier_key import VerifierKey
from milton_protocol.translog.witness import verify_logged, verify_witnessed
from tests.fuzz.floods import floods
from tests.fuzz.seeds import city
from tests.fuzz.target import Shape, Target
from tests.simulators.city import LOG_ORIGIN, NOW, ed25519

LOG_KEY = VerifierKey.of(LOG_ORIGIN, ed25519("log"))
HASHES = tuple(leaf_hash(b"%d" % number) for number in range(21))
HASH_BYTES, NUMBER_BYTES = 32, 8


def _text(data: bytes) -> str:
    """Return what a field of a message could hold: every text of JSON, lone surrogates too."""
    return data.decode("utf-8", "surrogatepass") if _is_text(data) else data.decode("latin-1")


def _is_text(data: bytes) -> bool:
    try:
        data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return False
    return True


def _note(data: bytes) -> object:
    text = _text(data)
    note = SignedNote.parse(text)
    assert note.format() == text
    note.check_signed_by(LOG_KEY)
    assert note.text == city().checkpoint_note().text, "signed by the log, which never did"
    return note


def _signature(data: bytes) -> object:
    line = _text(data)
    signature = NoteSignature.parse(line)
    assert signature.format() == line + "\n"
    return signature


def _checkpoint(data: bytes) -> object:
    text = _text(data)
    checkpoint = Checkpoint.parse(text)
    assert checkpoint.format() == text
    return checkpoint


def _opened(data: bytes) -> object:
    return open_checkpoint(SignedNote.parse(_text(data)), LOG_KEY)


def _witnessed(data: bytes) -> object:
    note = SignedNote.parse(_text(data))
    policy = city().pins().witness_policy
    times = tuple(cosigned_at(note, witness, NOW) for witness in policy.witnesses)
    return verify_witnessed(note, LOG_KEY, replace(policy, quorum=1), NOW), times


def _proof(data: bytes) -> object:
    text = _text(data)
    proof = TlogProof.parse(text)
    assert proof.format() == text
    return proof


def _logged(data: bytes) -> object:
    return verify_logged(_text(data), city().leaves[1], LOG_KEY, city().pins().witness_policy, NOW)


def _verifier_key(data: bytes) -> object:
    text = _text(data)
    key = VerifierKey.parse(text)
    assert key.format() == text
    key.signed(bytes(64), b"anything")
    return key


def _tile(data: bytes) -> object:
    text = _text(data)
    tile = Tile.parse(text)
    assert tile.path == text
    return tile


def _decimal(data: bytes) -> object:
    text = _text(data)
    number = parse_decimal(text, rule=LogRule.CHECKPOINT_MALFORMED)
    assert str(number) == text
    tiles = sum(1 for _ in tiles_of(number)) if number < 10**5 else 0
    return number, tiles


def _base64(data: bytes) -> object:
    text = _text(data)
    decoded = base64std.decode(text, rule=LogRule.LOG_PROOF_MALFORMED)
    assert base64std.encode(decoded) == text
    return decoded


def _numbers(data: bytes) -> tuple[int, int, list[bytes]]:
    """Read two numbers and hashes, the last of which may be short."""
    first, second = data[:NUMBER_BYTES], data[NUMBER_BYTES : 2 * NUMBER_BYTES]
    rest = data[2 * NUMBER_BYTES :]
    hashes = [rest[at : at + HASH_BYTES] for at in range(0, len(rest), HASH_BYTES)]
    return int.from_bytes(first, signed=True), int.from_bytes(second, signed=True), hashes


def _inclusion(data: bytes) -> object:
    index, size, proof = _numbers(data)
    verify_inclusion(HASHES[5], index, size, proof, root(HASHES))
    assert size != len(HASHES) or index == 5, "a leaf is where it is not"
    return index, size


def _consistency(data: bytes) -> object:
    old_size, new_size, proof = _numbers(data)
    verify_consistency(old_size, root(HASHES[:8]), new_size, root(HASHES), proof)
    return old_size, new_size


def _packed(first: int, second: int, hashes: tuple[bytes, ...]) -> bytes:
    return first.to_bytes(NUMBER_BYTES) + second.to_bytes(NUMBER_BYTES) + b"".join(hashes)


def _notes() -> tuple[bytes, ...]:
    note = city().checkpoint_note()
    return note.format().encode(), replace(note, signatures=note.signatures[:1]).format().encode()


def _target(name: str, run: object, *seeds: bytes, shape: Shape = Shape.TEXT) -> Target:
    assert callable(run)
    return Target(
        name=f"log.{name}",
        run=run,
        refusals=(ProtocolError,),
        seeds=lambda: (*seeds, *floods()),
        shape=shape,
    )


PROOF = city().log_proof(1).encode()
VKEYS = tuple(
    key.format().encode() for key in (LOG_KEY, *(city().witness_key(name) for name in ("university", "newspaper")))
)
TARGETS = (
    _target("note", _note, *_notes()),
    _target("note_signature", _signature, *_notes()[0].split(b"\n\n")[1].splitlines()),
    _target("checkpoint", _checkpoint, city().checkpoint_note().text.encode()),
    _target("open_checkpoint", _opened, *_notes()),
    _target("witnessed", _witnessed, *_notes()),
    _target("proof", _proof, PROOF),
    _target("logged", _logged, PROOF),
    _target("verifier_key", _verifier_key, *VKEYS),
    _target("tile", _tile, b"tile/0/x001/234.p/17", b"tile/entries/x001/234", b"tile/3/000.p/1", b"tile/entries/000"),
    _target("decimal", _decimal, b"0", b"17", b"70000", b"9007199254740991", b"007", b"-1", b"1" * 5000),
    _target("base64", _base64, b"", b"AA==", b"AB==", b"AAAA", base64std.encode(bytes(range(256))).encode()),
    _target(
        "inclusion",
        _inclusion,
        _packed(5, len(HASHES), inclusion_proof(HASHES, 5)),
        _packed(2**52, 2**53 - 1, HASHES),
        shape=Shape.BYTES,
    ),
    _target(
        "consistency",
        _consistency,
        _packed(8, len(HASHES), consistency_proof(HASHES, 8)),
        _packed(0, len(HASHES), ()),
        _packed(2**52, 2**53 - 1, HASHES),
        shape=Shape.BYTES,
    ),
)
