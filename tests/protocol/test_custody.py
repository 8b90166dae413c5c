"""The chain of receipts: what the hub signs, what only the share's owner reads, and what does not pass."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from milton_protocol.custody import ReceiptChain, open_receipts, seal_receipt, sign_receipt
from milton_protocol.errors import ProtocolError
from milton_protocol.messages.shares.passed_on import PassedOnTo
from milton_protocol.messages.shares.receipt import Receipt, ReceiptBy, ReceiptEvent, SealedReceipts
from milton_protocol.sealing.age import Identity, seal

HUB = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
HUB_KEY = HUB.public_key().public_bytes_raw()
OWNER = Identity.generate()
SHARE_ID = "ab" * 16
SHARE_SHA256 = hashlib.sha256(b"the share's payload").hexdigest()
AT = datetime(2026, 11, 25, 12, 0, 0, tzinfo=UTC)
START = ReceiptChain(agency_id="milton-pd", share_id=SHARE_ID, request_id="cd" * 32, share_sha256=SHARE_SHA256)
EVENTS = [
    (ReceiptEvent.RECEIVED, None),
    (ReceiptEvent.FETCHED, ReceiptBy(badge="1234", device="Desk 4")),
    (ReceiptEvent.ACCEPTED, ReceiptBy(badge="77", device="Evidence room")),
]


def envelopes(chain: ReceiptChain = START, key: Ed25519PrivateKey = HUB) -> list[bytes]:
    """Return the signed receipts of three events, one hour apart."""
    signed = []
    for hour, (event, by) in enumerate(EVENTS):
        envelope = sign_receipt(chain.next_receipt(event, AT + timedelta(hours=hour), by), key)
        chain = chain.after(envelope)
        signed.append(envelope)
    return signed


def sealed(signed: list[bytes], to: Identity = OWNER) -> SealedReceipts:
    """Return what a hub answers, as a home reads it."""
    receipts = SealedReceipts(
        share_id=SHARE_ID, sealed=tuple(seal_receipt(envelope, to.recipient) for envelope in signed)
    )
    return SealedReceipts.from_bytes(receipts.to_bytes())


def opened(signed: list[bytes]) -> tuple[Receipt, ...]:
    """Return what the owner reads."""
    return open_receipts(sealed(signed), OWNER, HUB_KEY, SHARE_SHA256)


def test_the_owner_reads_what_became_of_a_share() -> None:
    """Each event with its time, and who did it on which device."""
    receipts = opened(envelopes())
    assert [(receipt.event, receipt.by) for receipt in receipts] == EVENTS
    assert [receipt.at for receipt in receipts] == [AT + timedelta(hours=hour) for hour in range(3)]
    assert [receipt.sequence for receipt in receipts] == [1, 2, 3]
    assert receipts[0].previous_sha256 is None


def test_the_first_receipts_alone_are_a_chain_too() -> None:
    """Receipts arrive one by one."""
    assert len(opened(envelopes()[:1])) == 1


def test_nobody_else_reads_them() -> None:
    """Another share's key opens nothing."""
    with pytest.raises(ProtocolError, match="not_a_recipient"):
        open_receipts(sealed(envelopes()), Identity.generate(), HUB_KEY, SHARE_SHA256)


def test_a_chain_goes_on_under_the_key_that_replaced_a_stolen_one() -> None:
    """The newest receipt, by the key in force, confirms those before it; a stolen key's newest confirms nothing."""
    stolen = Ed25519PrivateKey.generate()
    earlier = (stolen.public_key().public_bytes_raw(),)
    before = envelopes(key=stolen)[:2]
    chain = START.after(before[0]).after(before[1])
    after = sign_receipt(chain.next_receipt(ReceiptEvent.ACCEPTED, AT, None), HUB)
    receipts = open_receipts(sealed([*before, after]), OWNER, HUB_KEY, SHARE_SHA256, earlier)
    assert [receipt.event for receipt in receipts] == [event for event, _ in EVENTS]
    for signed in (before, [*before[:1], sign_receipt(chain.next_receipt(ReceiptEvent.DELETED, AT, None), stolen)]):
        with pytest.raises(ProtocolError, match="signature_missing"):
            open_receipts(sealed(signed), OWNER, HUB_KEY, SHARE_SHA256, earlier)


def test_what_another_key_signed_is_refused() -> None:
    """Anybody can seal to the recipient, only the hub signs."""
    other = Ed25519PrivateKey.generate()
    with pytest.raises(ProtocolError, match="signature_missing"):
        opened(envelopes(key=other))


@pytest.mark.parametrize(
    "order", [[1], [1, 2], [0, 2], [0, 0], [1, 0, 2], [0, 1, 1]], ids=lambda order: "".join(map(str, order))
)
def test_a_receipt_taken_out_repeated_or_moved_is_noticed(order: list[int]) -> None:
    """By its number and by the hash of the one before."""
    signed = envelopes()
    with pytest.raises(ProtocolError, match="receipt_chain_broken"):
        opened([signed[place] for place in order])


def test_a_receipt_changed_afterwards_is_noticed() -> None:
    """The hub signs another view in place of the one that it gave out."""
    signed = envelopes()
    after_first = START.after(signed[0])
    rewritten = sign_receipt(after_first.next_receipt(ReceiptEvent.EXPORTED, AT, None), HUB)
    with pytest.raises(ProtocolError, match="receipt_chain_broken"):
        opened([signed[0], rewritten, signed[2]])


@pytest.mark.parametrize("field", ["agency_id", "request_id"])
def test_a_chain_has_one_agency_and_one_request(field: str) -> None:
    """A later receipt can't say that the clip was for something else."""
    first = envelopes()[0]
    value = "other-agency" if field == "agency_id" else "ef" * 32
    other = replace(START.after(first).next_receipt(ReceiptEvent.FETCHED, AT, None), **{field: value})
    with pytest.raises(ProtocolError, match="receipt_chain_broken"):
        opened([first, sign_receipt(other, HUB)])


@pytest.mark.parametrize(
    "chain",
    [replace(START, share_id="00" * 16), replace(START, share_sha256="00" * 32)],
    ids=["another id", "other bytes"],
)
def test_receipts_of_another_share_are_refused(chain: ReceiptChain) -> None:
    """By its id, or by the digest of what the home sent."""
    with pytest.raises(ProtocolError, match="receipt_of_another_share"):
        opened(envelopes(chain))


def test_a_receipt_of_an_outsider_names_them_and_no_other_does() -> None:
    """Asked, passed on, viewed, revoked; whom it names is under the signature."""
    to = PassedOnTo(name="Ruth Ellery", organisation="Fulton County DA", until=AT + timedelta(days=30))
    chain, signed = START, []
    for event in (ReceiptEvent.ASKED, ReceiptEvent.PASSED_ON, ReceiptEvent.VIEWED, ReceiptEvent.REVOKED):
        signed.append(sign_receipt(chain.next_receipt(event, AT, None, to), HUB))
        chain = chain.after(signed[-1])
    assert {receipt.to for receipt in opened(signed)} == {to}
    nobody = sign_receipt(START.next_receipt(ReceiptEvent.VIEWED, AT, None), HUB)
    with pytest.raises(ProtocolError, match="missing_field"):
        opened([nobody])
    somebody = sign_receipt(START.next_receipt(ReceiptEvent.FETCHED, AT, None, to), HUB)
    with pytest.raises(ProtocolError, match="unknown_field"):
        opened([somebody])


def test_a_chain_ends_before_an_answer_overflows() -> None:
    """More receipts than a reader accepts are not made."""
    assert replace(START, sequence=255).next_receipt(ReceiptEvent.FETCHED, AT, None).sequence == 256
    with pytest.raises(ProtocolError, match="too_many_receipts"):
        replace(START, sequence=256).next_receipt(ReceiptEvent.FETCHED, AT, None)


def test_an_answer_holds_as_many_of_the_longest_receipts_as_a_chain_has() -> None:
    """Every text as long as it may be, each letter of four bytes."""
    letter = "\N{MUSICAL SYMBOL G CLEF}"
    to = PassedOnTo(name=letter * 80, organisation=letter * 80, until=AT)
    by = ReceiptBy(badge=letter * 20, device=letter * 80)
    chain = replace(START, agency_id="a" * 64, sequence=255, previous_sha256="ef" * 32)
    longest = sign_receipt(chain.next_receipt(ReceiptEvent.PASSED_ON, AT, by, to), HUB)
    one = seal_receipt(longest, OWNER.recipient)
    full = SealedReceipts(share_id=SHARE_ID, sealed=(one,) * 256)
    assert SealedReceipts.from_bytes(full.to_bytes()) == full


def test_a_receipt_that_no_reader_accepts_is_not_sealed() -> None:
    """Its size is bounded on both sides."""
    with pytest.raises(ProtocolError, match="out_of_bounds"):
        seal_receipt(bytes(4_096), OWNER.recipient)


def test_a_sealed_receipt_that_was_altered_does_not_open() -> None:
    """Whoever carries it."""
    entry = bytearray(seal(envelopes()[0], [OWNER.recipient]))
    entry[-1] ^= 1
    with pytest.raises(ProtocolError, match="sealed_body_wrong"):
        open_receipts(SealedReceipts(share_id=SHARE_ID, sealed=(bytes(entry),)), OWNER, HUB_KEY, SHARE_SHA256)
