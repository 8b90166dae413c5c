"""What reaches a hub from the witnesses of its log: the body of an answer, and what the operator writes of them."""

from __future__ import annotations

import tomllib
from dataclasses import astuple

from hub.kit.settings_table import read_tables
from hub.witnesses.add_checkpoint import SIZE_TYPE, Answer, read_cosignature, read_size
from hub.witnesses.settings import read_witnesses
from hub.witnesses.troubles import NotCosignedError
from milton_protocol.translog.checkpoint import Checkpoint
from milton_protocol.translog.cosignature import cosign, cosigned_at
from milton_protocol.translog.note import SignedNote
from milton_protocol.translog.verifier_key import SignatureType, VerifierKey
from tests.fuzz.short import short_target
from tests.fuzz.target import Shape
from tests.simulators.city import NOW, ed25519

NAME = "witness.example"
KEY = VerifierKey.of(NAME, ed25519(NAME), SignatureType.COSIGNATURE)
NOTE = Checkpoint(origin="log.example", size=3, root=bytes(32)).sign(ed25519("log"))
LINE = cosign(NOTE, NAME, ed25519(NAME), NOW).signatures[-1].format().encode()
STRANGER = cosign(NOTE, "stranger", ed25519("stranger"), NOW).signatures[-1].format().encode()
TABLE = f'[[witness]]\nvkey = "{KEY.format()}"\nurl = "https://witness.example/prefix"\n'.encode()


def _cosignature(data: bytes) -> object:
    """Read an answer: what is taken makes a note that any reader takes, and was made by the witness."""
    found = read_cosignature(data, NOTE, KEY, NOW)
    assert cosigned_at(SignedNote.parse(NOTE.format() + found.line), KEY, NOW) == found.at == NOW
    assert found.line.encode() == LINE, "cosigned by the witness, which never did"
    return astuple(found)


def _size(data: bytes) -> object:
    size = read_size(Answer(status=409, content_type=SIZE_TYPE, body=data))
    assert size is not None
    assert data.removesuffix(b"\n") == str(size).encode()
    return size


def _settings(data: bytes) -> object:
    witnesses = read_witnesses(
        read_tables(tomllib.loads(data.decode()), "witness"), demo=True, origin="log.example", own_keys=()
    )
    assert all(each.url.startswith(("https://", "http://127.", "http://[::1]")) for each in witnesses)
    return [(each.vkey, each.url) for each in witnesses]


TARGETS = (
    short_target(
        "hub.cosignature",
        _cosignature,
        LINE,
        STRANGER + LINE,
        LINE + LINE,
        refusals=(NotCosignedError,),
        shape=Shape.TEXT,
    ),
    short_target("hub.tlog_size", _size, b"20852014\n", b"0\n", refusals=(NotCosignedError,), shape=Shape.TEXT),
    short_target("hub.witnesses", _settings, TABLE, refusals=(ValueError,), shape=Shape.TEXT),
)
