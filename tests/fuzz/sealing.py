"""What is sealed: the age file in its parts, its keys as texts, and receipts."""

from __future__ import annotations

from functools import cache

from milton_protocol.custody import ReceiptChain, open_receipts, seal_receipt, sign_receipt
from milton_protocol.errors import ProtocolError
from milton_protocol.messages.shares.passed_on import PassedOnTo
from milton_protocol.messages.shares.receipt import OF_AN_OUTSIDER, ReceiptEvent, SealedReceipts
from milton_protocol.sealing import bech32
from milton_protocol.sealing.age import SINGLE_HEADER_SIZE_BYTES, open_sealed, rewrap, seal, seal_header, split
from milton_protocol.sealing.header import check_single, header_size_bytes, open_header, parse_header
from milton_protocol.sealing.keys import Identity, format_recipient, parse_recipient
from milton_protocol.sealing.stream import CHUNK_SIZE_BYTES, open_body, seal_body
from tests.fuzz.floods import floods
from tests.fuzz.target import Shape, Target
from tests.simulators.city import AGENCY_ID, NOW, age_identity, ed25519, public

OWNER, OTHER = age_identity("owner"), age_identity("other")
PLAIN = b"what the owner sent"
FILE_KEY, NONCE = bytes(range(16)), bytes(range(16, 32))
SHARE_SHA256 = "ab" * 32


@cache
def _file() -> bytes:
    return seal(PLAIN, [OTHER.recipient, OWNER.recipient])


@cache
def _header() -> bytes:
    return _file()[: header_size_bytes(_file())]


def _parse_header(data: bytes) -> object:
    stanzas, covered, mac = parse_header(data)
    assert b"age-encryption.org/v1\n" + b"".join(stanza.format() for stanza in stanzas) + b"---" == covered
    return stanzas, mac


def _open_header(data: bytes) -> object:
    return open_header(data, OWNER)


def _rewrap(data: bytes) -> object:
    return header_size_bytes(rewrap(data, OWNER, [OTHER.recipient])) > 0


@cache
def _single_header() -> bytes:
    return seal_header([OTHER.recipient])[1]


def _single(data: bytes) -> object:
    """Read a header that a custodian's browser made: what passes has one stanza, and always the same length."""
    check_single(data)
    assert len(data) == SINGLE_HEADER_SIZE_BYTES
    assert len(parse_header(data)[0]) == 1
    return True


def _open_sealed(data: bytes) -> object:
    header, body = split(data)
    assert header + body == data
    plain = open_sealed(data, OWNER)
    assert plain == PLAIN, "an altered file was opened"
    return plain


def _body(data: bytes) -> object:
    """Open it whole and in pieces, whose size the first byte says."""
    size, body = data[0] + 1 if data else 1, data[1:]
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    whole, broken = _opened([body]), _opened(pieces)
    assert whole == broken, "the pieces in which a body comes change what it says"
    return whole


def _opened(pieces: list[bytes]) -> object:
    try:
        return b"".join(open_body(FILE_KEY, pieces))
    except ProtocolError as error:
        return str(error)


def _bech32(data: bytes) -> object:
    text = data.decode("latin-1")
    decoded = bech32.decode(text, "age")
    assert bech32.encode("age", decoded) == text.lower()
    return decoded


def _recipient(data: bytes) -> object:
    text = data.decode("latin-1")
    key = parse_recipient(text)
    assert format_recipient(key) == text
    return key


def _identity(data: bytes) -> object:
    text = data.decode("latin-1")
    identity = Identity.parse(text)
    assert identity.secret_text() == text
    assert text not in repr(identity)
    return identity.recipient


def _receipts(data: bytes) -> object:
    return open_receipts(SealedReceipts.from_bytes(data), OWNER, public(ed25519("hub")), SHARE_SHA256)


OUTSIDER = PassedOnTo(name="Ruth Ellery", organisation="Fulton County DA", until=NOW)


@cache
def _chains() -> tuple[bytes, ...]:
    """Return a good chain, the same in another order and cut short, and one of another share."""
    chain = ReceiptChain(agency_id=AGENCY_ID, share_id="0" * 32, request_id="cd" * 32, share_sha256=SHARE_SHA256)
    sealed = []
    for event in (*ReceiptEvent,):
        to = OUTSIDER if event in OF_AN_OUTSIDER else None
        envelope = sign_receipt(chain.next_receipt(event, NOW, None, to), ed25519("hub"))
        chain = chain.after(envelope)
        sealed.append(seal_receipt(envelope, OWNER.recipient))
    orders = (sealed, sealed[::-1], sealed[:1], sealed[1:])
    whole = [SealedReceipts(share_id="0" * 32, sealed=tuple(order)).to_bytes() for order in orders]
    return (*whole, SealedReceipts(share_id="1" * 32, sealed=tuple(sealed)).to_bytes())


def _bodies() -> tuple[bytes, ...]:
    return tuple(
        first + b"".join(seal_body(FILE_KEY, NONCE, [b"x" * size]))
        for first, size in ((b"\0", 0), (b"\x10", 19), (b"\xff", CHUNK_SIZE_BYTES), (b"\xff", CHUNK_SIZE_BYTES + 1))
    )


def _target(name: str, run: object, *seeds: bytes, shape: Shape = Shape.TEXT, size_max_bytes: int = 2_048) -> Target:
    assert callable(run)
    return Target(
        name=name,
        run=run,
        refusals=(ProtocolError,),
        seeds=lambda: (*seeds, *floods()),
        shape=shape,
        size_max_bytes=size_max_bytes,
    )


TARGETS = (
    _target("sealing.parse_header", _parse_header, _header()),
    _target("sealing.open_header", _open_header, _header()),
    _target("sealing.rewrap", _rewrap, _header()),
    _target("sealing.single", _single, _header(), _single_header()),
    _target("sealing.open_sealed", _open_sealed, _file(), shape=Shape.BYTES),
    _target("sealing.open_body", _body, *_bodies(), shape=Shape.BYTES, size_max_bytes=70_000),
    _target("sealing.bech32", _bech32, OWNER.recipient.encode(), OWNER.recipient.upper().encode(), b"age1"),
    _target("sealing.recipient", _recipient, OWNER.recipient.encode()),
    _target("sealing.identity", _identity, OWNER.secret_text().encode()),
    _target("custody.open_receipts", _receipts, *_chains(), shape=Shape.JSON, size_max_bytes=8_192),
)
