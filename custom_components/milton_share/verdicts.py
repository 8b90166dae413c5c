"""Verification at the edge: the city's papers and every request, judged at one moment. Pure; called off the loop.

Law 4. Each look starts from what came, never from an earlier verdict: a request that was fine a minute ago is refused
now when its signer was revoked, its time is over, or the live statement is stale.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from .shared.milton_protocol.base64_text import b64, read_base64
from .shared.milton_protocol.canonical import decode
from .shared.milton_protocol.dsse import key_id, signer_ids
from .shared.milton_protocol.errors import ProtocolError, Rule
from .shared.milton_protocol.limits import RECORD_SIZE_MAX_BYTES
from .shared.milton_protocol.messages.bundle import Bundle
from .shared.milton_protocol.messages.city_record import CityRecord
from .shared.milton_protocol.messages.live import LiveStatement
from .shared.milton_protocol.translog.checkpoint import open_checkpoint
from .shared.milton_protocol.translog.proof import TlogProof
from .shared.milton_protocol.translog.rules import LogRule
from .shared.milton_protocol.trust import log_verifier_key
from .shared.milton_protocol.verification import Refusal, VerifiedRequest, check_trust, verify_request

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from .shared.milton_protocol.translog.checkpoint import Checkpoint
    from .shared.milton_protocol.translog.verifier_key import VerifierKey
    from .shared.milton_protocol.verification import Pins, Trust

PAPERS_MISSING = "papers_missing"  # nothing came from the hub yet, or it cleared a paper
ID_DIFFERS = "id_differs"  # a request under another one's topic

type Verdict = VerifiedRequest | Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Papers:
    """What the city says of itself, as it came: envelopes."""

    city_record: bytes | None
    directory: bytes | None
    revocations: tuple[bytes, ...]
    live: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """What holds at one moment."""

    trust: Trust | None
    rule: str | None  # by which the papers are refused; then every request is refused by it
    verdicts: Mapping[str, Verdict]
    bundles: Mapping[str, bytes]
    other_root: str | None = None  # the id of the key that the city record names as its signer, if not the pinned one

    def verified(self) -> Mapping[str, VerifiedRequest]:
        """Return the requests that may be answered, by id."""
        return {id_: verdict for id_, verdict in self.verdicts.items() if isinstance(verdict, VerifiedRequest)}


def check_papers(root_public_key: bytes, papers: Papers, pins: Pins, now: datetime) -> Trust:
    """Return what the papers prove; raise ProtocolError with the broken rule's name."""
    if papers.city_record is None or papers.directory is None or papers.live is None:
        raise ProtocolError(PAPERS_MISSING)
    return check_trust(
        root_public_key, papers.city_record, papers.directory, papers.revocations, papers.live, pins, now
    )


def claimed_number(envelope: bytes, field: str) -> int | None:
    """Return the serial or sequence that an envelope claims, unverified; None when it claims none."""
    try:
        frame = decode(envelope, max_bytes=RECORD_SIZE_MAX_BYTES)
        payload = frame.get("payload") if isinstance(frame, dict) else None
        inner = decode(read_base64(payload, "payload"), max_bytes=RECORD_SIZE_MAX_BYTES)
    except ProtocolError:
        return None
    number = inner.get(field) if isinstance(inner, dict) else None
    return number if isinstance(number, int) and not isinstance(number, bool) else None


def is_signed_by(live: bytes, hub_key: bytes) -> bool:
    """Whether a live statement names this key as a signer, unverified."""
    try:
        return key_id(hub_key) in signer_ids(live, LiveStatement.PAYLOAD_TYPE, max_bytes=RECORD_SIZE_MAX_BYTES)
    except ProtocolError:
        return False


def other_root(city_record: bytes | None, root_public_key: bytes) -> str | None:
    """Return the id of the key that a city record names as its signer, unverified; None where it is the root's."""
    if city_record is None:
        return None
    try:
        names = signer_ids(city_record, CityRecord.PAYLOAD_TYPE, max_bytes=RECORD_SIZE_MAX_BYTES)
    except ProtocolError:
        return None
    return None if key_id(root_public_key) in names else names[0]


class ProofReader:
    """Reads under which checkpoint each request is said to be logged; one that didn't change is read once."""

    def __init__(self) -> None:
        """Know nothing."""
        self._known: dict[tuple[bytes, bytes], Checkpoint | None] = {}

    def read(self, trust: Trust, bundles: Iterable[Mapping[str, bytes]]) -> tuple[Checkpoint, ...]:
        """Return the checkpoints that the city's log key signed, each once, sorted by size."""
        log_key = log_verifier_key(trust.city_record)
        keys = {(log_key.public_key, bundle) for some in bundles for bundle in some.values()}
        self._known = {key: self._known[key] if key in self._known else _checkpoint_of(key[1], log_key) for key in keys}
        found = {checkpoint for checkpoint in self._known.values() if checkpoint is not None}
        return tuple(sorted(found, key=lambda checkpoint: (checkpoint.size, checkpoint.root)))


def _checkpoint_of(bundle: bytes, log_key: VerifierKey) -> Checkpoint | None:
    try:
        note = TlogProof.parse(Bundle.from_bytes(bundle).log_proof).checkpoint_note
        return open_checkpoint(note, log_key)
    except ProtocolError:
        return None


def refuse_all(rule: str, bundles: Mapping[str, bytes], other_root: str | None = None) -> Assessment:
    """Return what holds while the city's own papers are refused: nothing."""
    verdicts: dict[str, Verdict] = {request_id: Refusal(rule=rule) for request_id in bundles}
    return Assessment(trust=None, rule=rule, verdicts=verdicts, bundles=bundles, other_root=other_root)


def assess(
    trust: Trust, bundles: Mapping[str, bytes], newest: Mapping[str, bytes], pins: Pins, now: datetime
) -> Assessment:
    """Judge every request, by the id under which it came; of two with one salt only the one seen first stands.

    ``bundles`` has what was verified once, as it was then; where that is refused now, what came last (``newest``) is
    judged: the same request, with a proof in the log that replaced the one before.
    """
    salts = dict(pins.seen_salts)
    verdicts: dict[str, Verdict] = {}
    for request_id in sorted(bundles):  # one that was seen has its salt already, whichever is judged first
        known = replace(pins, seen_salts=salts)
        verdict = judge(trust, request_id, bundles[request_id], known, now)
        other = newest.get(request_id)
        if isinstance(verdict, Refusal) and other is not None and other != bundles[request_id]:
            again = judge(trust, request_id, other, known, now)
            verdict = again if isinstance(again, VerifiedRequest) else verdict
        if isinstance(verdict, VerifiedRequest):
            salts[b64(verdict.request.salt)] = request_id
        verdicts[request_id] = verdict
    return Assessment(trust=trust, rule=None, verdicts=verdicts, bundles=bundles)


def judge(trust: Trust, request_id: str, bundle: bytes, pins: Pins, now: datetime) -> Verdict:
    """Judge one request; its topic must carry its own id."""
    verdict = verify_request(bundle, trust, pins, now)
    if isinstance(verdict, VerifiedRequest) and verdict.request_id != request_id:
        return Refusal(rule=ID_DIFFERS)
    return verdict


_PASSING = frozenset({Rule.NOT_YET_VALID, LogRule.LOG_NOT_FOLLOWED})  # the hub may still prove the entry


def is_closed(verdict: Verdict) -> bool:
    """Whether a request that was judged under good papers can't be answered any more."""
    return isinstance(verdict, Refusal) and verdict.rule not in _PASSING


_ENDS_BY_ITSELF = frozenset({Rule.EXPIRED, Rule.WITHDRAWN, Rule.NOT_LIVE})


def is_broken(verdict: Verdict | None) -> bool:
    """Whether what a request rested on is no longer trusted, such as a key that was revoked: not merely over."""
    return isinstance(verdict, Refusal) and is_closed(verdict) and verdict.rule not in _ENDS_BY_ITSELF


def outlives_lapse(verdict: Verdict | None) -> bool:
    """Whether the recordings of a lapsed case stay until their hold's own deadline: after mere expiry alone."""
    return isinstance(verdict, Refusal) and verdict.rule == Rule.EXPIRED
