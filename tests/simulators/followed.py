"""What a hub tells a browser of the log that homes follow, and of a share's place in it, truly and falsely: vectors.

``python -m tests.simulators.followed`` writes ``tests/protocol/vectors/asked/followed.jsonl`` again; lines that are
there stay, because each signature is another one.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from milton_protocol.base64_text import b64
from milton_protocol.custody import ReceiptChain, sign_receipt
from milton_protocol.messages.log.custody_day import CustodyDay, receipts_digest
from milton_protocol.messages.log.leaf import custody_leaf
from milton_protocol.messages.requests.bundle import Bundle
from milton_protocol.messages.requests.request import Request
from milton_protocol.messages.shares.receipt import ReceiptBy, ReceiptEvent, envelope_sha256
from milton_protocol.times import format_time
from milton_protocol.translog import merkle
from milton_protocol.translog.checkpoint import Checkpoint
from milton_protocol.translog.proof import TlogProof
from tests.simulators.asked import told
from tests.simulators.city import LOG_ORIGIN, City, ed25519, public
from tests.simulators.sealed_share import SealedShare, seal_share

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date, datetime

PLACE = Path(__file__).parent.parent / "protocol" / "vectors" / "asked" / "followed.jsonl"
ANOTHERS = hashlib.sha256(b"the receipt of somebody else").hexdigest()


def texts(hashes: tuple[bytes, ...]) -> list[str]:
    """Return hashes as the hub's answer has them."""
    return [base64.b64encode(each).decode() for each in hashes]


@dataclass(kw_only=True)
class Stage:
    """A city whose request was answered; a case changes it, and ``line`` says what the hub then tells a browser."""

    city: City = field(default_factory=City)
    lies: dict[str, object] = field(default_factory=dict)
    live_lies: dict[str, object] = field(default_factory=dict)
    now: datetime = field(init=False)  # of the browser
    known: dict[str, object] | None = None
    day: dict[str, object] | None = None
    asked_record: bytes = field(init=False)

    def __post_init__(self) -> None:
        """Log an entry, publish a request, and let a home answer it."""
        self.city.publish()
        self.bundle = self.city.publish()
        self.asked_record = self.city.city_record_envelope()
        request = Request.from_bytes(Bundle.from_bytes(self.bundle).payload)
        self.share = seal_share(request, next(reversed(self.city.bundles)), clip=b"clip")
        self.now = self.city.now + timedelta(hours=1)
        self.receipt = self.receipt_of(self.share)

    @property
    def hashes(self) -> list[bytes]:
        """The leaves of the log that homes follow."""
        return [merkle.leaf_hash(leaf) for leaf in self.city.leaves]

    def receipt_of(self, share: SealedShare, at: datetime | None = None, event: str = "received") -> bytes:
        """Return the hub's first receipt for a share."""
        chain = ReceiptChain(
            agency_id=self.city.record.agency_id,
            share_id=share.share.share_id,
            request_id=share.share.request_id,
            share_sha256=share.sha256,
        )
        by = None if event == "received" else ReceiptBy(badge="B-101", device="desk")
        receipt = chain.next_receipt(ReceiptEvent(event), at or self.city.now, by)
        return sign_receipt(receipt, self.city.hub_key)

    def seal(self, day: date | None = None, digests: tuple[str, ...] | None = None) -> None:
        """Seal the day of the receipt, or another one, and go on to the next day."""
        found = digests or (envelope_sha256(self.receipt), ANOTHERS)
        custody = self.custody(day or self.city.now.date(), found)
        self.city.leaves.append(custody_leaf(custody.day, custody.seal).to_bytes())
        self.show(custody, found, len(self.city.leaves) - 1)
        self.city.now += timedelta(days=1)
        self.now = self.city.now + timedelta(hours=1)

    def custody(self, day: date, digests: tuple[str, ...]) -> CustodyDay:
        """Return a day with these receipts."""
        return CustodyDay(
            agency_id=self.city.record.agency_id,
            day=day,
            salt=hashlib.sha256(b"salt").digest(),
            receipts=(),
            receipts_sha256=receipts_digest(digests),
            audit_number=7,
            audit_sha256="ab" * 32,
        )

    def show(self, custody: CustodyDay, digests: tuple[str, ...], index: int) -> None:
        """Let the hub show this as the day that has the receipt."""
        self.day = {
            "content": base64.b64encode(custody.to_bytes()).decode(),
            "digests": b64(bytes.fromhex("".join(sorted(digests)))),
            "index": index,
        }

    def know(self, size: int, **other: object) -> None:
        """Let the browser have seen the log at this size before."""
        said: dict[str, object] = {
            "origin": LOG_ORIGIN,
            "key": public(self.city.log_key).hex(),
            "serial": 1,
            "size": size,
            "rootSha256": merkle.root(self.hashes[:size]).hex(),
            "since": "2026-11-01T00:00:00.000Z",
            "isReplacement": False,
        }
        self.known = said | other

    def replace_log_key(self, *, issued: timedelta = timedelta()) -> None:
        """Let the root name another key for the log."""
        self.city.log_key = ed25519("log after the theft")
        log = replace(self.city.record.log, public_key=public(self.city.log_key))
        self.city.record = replace(self.city.record, serial=2, issued_at=self.city.now + issued, log=log)

    def line(self) -> dict[str, object]:
        """Return what the hub says, and what the browser has."""
        proofs = told(self.city, self.bundle, city_record=base64.b64encode(self.asked_record).decode())
        said = proofs["proofs"]
        assert isinstance(said, dict)
        said |= {"followed": self.followed(), "anchor": self._anchor()} | self.lies
        return proofs | {
            "share": base64.b64encode(self.share.envelope).decode(),
            "known": self.known,
            "now": format_time(self.now),
        }

    def followed(self) -> dict[str, object]:
        """Return what the hub says of the log that homes follow."""
        known = 0 if self.known is None else self.known["size"]
        assert isinstance(known, int)
        proof = TlogProof.parse(Bundle.from_bytes(self.bundle).log_proof)
        return {
            "city_record": base64.b64encode(self.city.city_record_envelope()).decode(),
            "live": base64.b64encode(self.city.live_envelope(**self.live_lies)).decode(),
            "of_proof": self.between(Checkpoint.parse(proof.checkpoint_note.text).size),
            "of_known": self.between(known),
        }

    def between(self, size: int) -> list[str]:
        """Return the consistency proof between a size and the log of now; empty for one that it never had."""
        if size > len(self.hashes):
            return []
        return texts(merkle.consistency_proof(self.hashes, size))

    def _anchor(self) -> dict[str, object]:
        day = self.day
        if day is not None:
            index = day["index"]
            assert isinstance(index, int)
            day |= {"hashes": texts(merkle.inclusion_proof(self.hashes, index))}
        return {"receipt": base64.b64encode(self.receipt).decode(), "day": day}


def _sealed(stage: Stage) -> None:
    stage.seal()


def _grown(stage: Stage) -> None:
    for _ in range(5):
        stage.city.publish()


def _smaller_live(stage: Stage) -> None:
    """Prove the request under a checkpoint that got its cosignatures after the live statement was issued."""
    stage.city.publish()
    _live_of_size(stage, 2)


def _beyond_the_live(stage: Stage) -> None:
    _live_of_size(stage, 1)


def _live_of_nothing(stage: Stage) -> None:
    _live_of_size(stage, 0)


def _live_of_size(stage: Stage, size: int) -> None:
    stage.live_lies = {"checkpoint": _note(stage, stage.city.leaves[:size])}
    between = texts(merkle.consistency_proof(stage.hashes, size))
    stage.lies = {"log_proof": stage.city.log_proof(1), "followed": stage.followed() | {"of_proof": between}}


def _note(stage: Stage, leaves: list[bytes]) -> str:
    hashed = [merkle.leaf_hash(leaf) for leaf in leaves]
    signed = Checkpoint(origin=LOG_ORIGIN, size=len(hashed), root=merkle.root(hashed))
    return signed.sign(stage.city.log_key).format()


def _throw_away(stage: Stage) -> None:
    """Sign a tree of this one entry with the log's true key; homes follow another one."""
    thiefs = City(leaves=[stage.city.leaves[-1]])
    stage.lies = {"log_proof": thiefs.log_proof(0), "followed": stage.followed() | {"of_proof": stage.between(1)}}


def _larger_fork(stage: Stage) -> None:
    thiefs = City(leaves=[*stage.city.leaves, b"{}", b"[]"])
    stage.lies = {"log_proof": thiefs.log_proof(1)}


def _nothing_said(stage: Stage) -> None:
    stage.lies = {"followed": None}


def _live_by_another_key(stage: Stage) -> None:
    stage.city.hub_key = ed25519("another hub")


def _live_of_yesterday(stage: Stage) -> None:
    stage.now = stage.city.now + timedelta(hours=24)


def _live_of_tomorrow(stage: Stage) -> None:
    stage.now = stage.city.now - timedelta(minutes=6)


def _live_for_another_record(stage: Stage) -> None:
    stage.live_lies = {"city_record_sha256": "ab" * 32}


def _live_of_another_agency(stage: Stage) -> None:
    stage.live_lies = {"agency_id": "another-pd"}


def _live_by_another_log(stage: Stage) -> None:
    stage.city.log_key = ed25519("another log")


def _record_by_another_root(stage: Stage) -> None:
    root, stage.city.root_key = stage.city.root_public_key, ed25519("another root")
    stage.lies = {"root_public_key": b64(root)}


def _record_expired(stage: Stage) -> None:
    stage.city.record = replace(stage.city.record, serial=2, expires_at=stage.city.now)


def _older_record(stage: Stage) -> None:
    stage.city.record = replace(stage.city.record, serial=2)
    stage.asked_record = stage.city.city_record_envelope()
    stage.city.record = replace(stage.city.record, serial=1)


def _key_replaced(stage: Stage) -> None:
    stage.replace_log_key()


def _another_tree(stage: Stage) -> None:
    stage.city.leaves = [b'{"the first entry":"of the new log"}']


def _log_replaced(stage: Stage) -> None:
    stage.replace_log_key()
    _another_tree(stage)


def _under_the_old_key(stage: Stage) -> None:
    stage.replace_log_key(issued=-timedelta(minutes=20))
    _another_tree(stage)


def _known(stage: Stage) -> None:
    stage.know(1)


def _known_larger(stage: Stage) -> None:
    stage.know(2)
    stage.city.leaves.pop()


def _known_fork(stage: Stage) -> None:
    stage.know(1, rootSha256="ab" * 32)


def _known_same_size(stage: Stage) -> None:
    stage.know(2, rootSha256="ab" * 32)


def _known_old_key(stage: Stage) -> None:
    stage.know(1)
    _log_replaced(stage)


def _known_newer_record(stage: Stage) -> None:
    stage.know(1, serial=2)


def _known_other_log(stage: Stage) -> None:
    stage.know(1, key="ab" * 32)


def _sealed_late(stage: Stage) -> None:
    stage.seal(stage.city.now.date() + timedelta(days=2))


def _sealed_early(stage: Stage) -> None:
    stage.seal(stage.city.now.date() - timedelta(days=1))


def _never_sealed(stage: Stage) -> None:
    stage.city.now += timedelta(days=3)
    stage.now = stage.city.now


def _swapped(stage: Stage) -> None:
    """Put another share under this id, with another one-time key; its true receipt was sealed."""
    stage.seal()
    asked = Request.from_bytes(Bundle.from_bytes(stage.bundle).payload)
    stage.share = seal_share(asked, stage.share.share.request_id, clip=b"trap", share_id=stage.share.share.share_id)


def _swapped_with_a_receipt(stage: Stage) -> None:
    at = stage.city.now
    _swapped(stage)
    stage.receipt = stage.receipt_of(stage.share, at)


def _added_to_the_list(stage: Stage) -> None:
    true = envelope_sha256(stage.receipt)
    _swapped_with_a_receipt(stage)
    assert stage.day is not None
    digests = sorted((true, ANOTHERS, envelope_sha256(stage.receipt)))
    stage.day |= {"digests": b64(bytes.fromhex("".join(digests)))}


def _a_day_that_is_not_in_the_log(stage: Stage) -> None:
    day = stage.city.now.date()
    _swapped_with_a_receipt(stage)
    digests = (envelope_sha256(stage.receipt), ANOTHERS)
    stage.show(stage.custody(day, digests), digests, len(stage.city.leaves) - 1)


def _sealed_later(stage: Stage) -> None:
    """Put another share under this id, and seal its receipt of that time in the next day."""
    at = stage.city.now
    _swapped(stage)
    stage.receipt = stage.receipt_of(stage.share, at)
    stage.seal()


def _never_sealed_receipt(stage: Stage) -> None:
    at = stage.city.now
    _swapped(stage)
    stage.receipt, stage.day = stage.receipt_of(stage.share, at), None
    stage.city.now += timedelta(days=2)
    stage.now = stage.city.now


def _after_the_end(stage: Stage) -> None:
    stage.city.now += timedelta(days=15)
    stage.receipt, stage.now = stage.receipt_of(stage.share), stage.city.now


def _of_tomorrow(stage: Stage) -> None:
    stage.receipt = stage.receipt_of(stage.share, stage.now + timedelta(hours=1))


def _of_a_look(stage: Stage) -> None:
    stage.receipt = stage.receipt_of(stage.share, event="fetched")
    stage.seal()


def _no_receipt(stage: Stage) -> None:
    stage.lies = {"anchor": None}


def _sealed_in_the_old_log(stage: Stage) -> None:
    stage.seal()
    stage.replace_log_key()
    stage.city.leaves = [b"{}", b"[]", b'""']


def _not_sealed_in_the_old_log(stage: Stage) -> None:
    _log_replaced(stage)
    stage.city.now += timedelta(days=3)
    stage.now = stage.city.now


def _line_of(change: Callable[[Stage], None]) -> dict[str, object]:
    stage = Stage()
    change(stage)
    return stage.line()


# What the browser finds: where the request is or by which rule nothing is believed, and what it finds of the share.
CASES: Mapping[str, tuple[str, str, Callable[[Stage], None]]] = {
    "a share of today": ("followed", "not_yet", lambda _stage: None),
    "a share whose day is sealed": ("followed", "sealed", _sealed),
    "a log that has grown since": ("followed", "not_yet", _grown),
    "a proof under a later checkpoint than the live one": ("followed", "not_yet", _smaller_live),
    "an entry that the live statement's log does not have": ("log_not_followed", "", _beyond_the_live),
    "a live statement of an empty log": ("log_not_followed", "", _live_of_nothing),
    "a throw-away tree of one entry": ("log_not_followed", "", _throw_away),
    "a log that goes on otherwise": ("log_not_followed", "", _larger_fork),
    "no live statement": ("log_not_followed", "", _nothing_said),
    "a live statement by another key": ("signature_missing", "", _live_by_another_key),
    "a live statement of yesterday": ("live_expired", "", _live_of_yesterday),
    "a live statement of the future": ("live_not_yet_valid", "", _live_of_tomorrow),
    "a live statement for another record": ("live_names_other_city_record", "", _live_for_another_record),
    "a live statement of another agency": ("agency_differs", "", _live_of_another_agency),
    "a live checkpoint by another log": ("note_not_signed", "", _live_by_another_log),
    "a record in force by another root": ("signature_missing", "", _record_by_another_root),
    "a record in force that expired": ("city_record_expired", "", _record_expired),
    "a record in force from before the request's": ("city_record_rolled_back", "", _older_record),
    "a log key that was replaced, and the same entries": ("followed", "not_yet", _key_replaced),
    "a log that was replaced": ("earlier", "not_yet", _log_replaced),
    "a request under a log key that had been replaced": ("log_not_followed", "", _under_the_old_key),
    "a log that the browser knows": ("followed", "not_yet", _known),
    "a log that shrank": ("log_not_consistent", "", _known_larger),
    "a log that forked": ("log_not_consistent", "", _known_fork),
    "another log of the same size": ("log_not_consistent", "", _known_same_size),
    "a log key that the browser knows, replaced": ("earlier", "not_yet", _known_old_key),
    "an older record than the browser knows": ("city_record_rolled_back", "", _known_newer_record),
    "another log by a record of the same number": ("city_record_rolled_back", "", _known_other_log),
    "a share in a later day": ("followed", "sealed", _sealed_late),
    "a share in an earlier day than it came": ("followed", "receipt_not_sealed", _sealed_early),
    "a day that was not sealed in time": ("followed", "receipt_not_sealed", _never_sealed),
    "a swapped share": ("followed", "receipt_of_another_share", _swapped),
    "a swapped share and its receipt": ("followed", "receipt_not_sealed", _swapped_with_a_receipt),
    "a swapped share, its receipt added to the day's": ("followed", "receipt_not_sealed", _added_to_the_list),
    "a swapped share in a made-up day": ("followed", "not_in_log", _a_day_that_is_not_in_the_log),
    "a swapped share, sealed in a later day": ("followed", "sealed", _sealed_later),
    "a swapped share, said not to be sealed": ("followed", "receipt_not_sealed", _never_sealed_receipt),
    "a receipt from after the request's end": ("followed", "receipt_wrong_time", _after_the_end),
    "a receipt of the future": ("followed", "receipt_wrong_time", _of_tomorrow),
    "a receipt of a look": ("followed", "receipt_of_another_share", _of_a_look),
    "no receipt": ("followed", "receipt_not_sealed", _no_receipt),
    "a share sealed in a log that was replaced": ("earlier", "earlier_log", _sealed_in_the_old_log),
    "a share of a log that was replaced, not sealed": ("earlier", "earlier_log", _not_sealed_in_the_old_log),
}


def main() -> None:
    """Write the vectors again."""
    kept = {each["name"]: each for each in map(json.loads, PLACE.read_text().splitlines())} if PLACE.exists() else {}
    lines = [
        json.dumps(
            kept.get(name) or {"name": name, "log": log, "found": share, **_line_of(change)},
            separators=(",", ":"),
            sort_keys=True,
        )
        for name, (log, share, change) in CASES.items()
    ]
    PLACE.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
