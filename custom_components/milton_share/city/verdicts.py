"""Verify the city's trust documents and every request at one moment. Pure; called off the loop.

Law 4. Each look starts from what came, never from an earlier verdict: a request that was fine a minute ago is refused
now when its signer was revoked, its time is over, or the live statement is stale.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..shared.milton_protocol.base64_text import b64, read_base64
from ..shared.milton_protocol.canonical import decode
from ..shared.milton_protocol.dsse import key_id, signer_ids
from ..shared.milton_protocol.errors import ProtocolError, Rule
from ..shared.milton_protocol.limits import RECORD_SIZE_MAX_BYTES
from ..shared.milton_protocol.messages.city.record import CityRecord
from ..shared.milton_protocol.messages.requests.bundle import Bundle
from ..shared.milton_protocol.messages.requests.live import LiveStatement
from ..shared.milton_protocol.messages.requests.request import Request
from ..shared.milton_protocol.messages.requests.request import request_id as payload_id
from ..shared.milton_protocol.translog.checkpoint import open_checkpoint
from ..shared.milton_protocol.translog.proof import TlogProof
from ..shared.milton_protocol.translog.rules import LogRule
from ..shared.milton_protocol.trust import log_verifier_key
from ..shared.milton_protocol.verification import Refusal, VerifiedRequest, check_trust, verify_request

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from ..shared.milton_protocol.translog.checkpoint import Checkpoint
    from ..shared.milton_protocol.translog.verifier_key import VerifierKey
    from ..shared.milton_protocol.verification import Pins, Trust

DOCUMENTS_MISSING = "papers_missing"  # nothing came from the hub yet, or it cleared a document
ID_DIFFERS = "id_differs"  # a request under another one's topic
FORMS_READ_MAX_BYTES = 2**19  # of what isn't live, at one look: 60 requests of 8 kB; a flood is read bit by bit

type Verdict = VerifiedRequest | Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustDocuments:
    """What the city says of itself, as it came: envelopes."""

    city_record: bytes | None
    directory: bytes | None
    live: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """What holds at one moment."""

    trust: Trust | None
    rule: str | None  # by which the documents are refused; then every request is refused by it
    verdicts: Mapping[str, Verdict]
    bundles: Mapping[str, bytes]
    other_root: str | None = None  # the id of the key that the city record names as its signer, if not the pinned one

    def verified(self) -> Mapping[str, VerifiedRequest]:
        """Return the requests that may be answered, by id."""
        return {id_: verdict for id_, verdict in self.verdicts.items() if isinstance(verdict, VerifiedRequest)}


def check_documents(root_public_key: bytes, documents: TrustDocuments, pins: Pins, now: datetime) -> Trust:
    """Return what the documents prove, without revocations that traveled alone; raise ProtocolError by the rule."""
    if documents.city_record is None or documents.directory is None or documents.live is None:
        raise ProtocolError(DOCUMENTS_MISSING)
    return check_trust(root_public_key, documents.city_record, documents.directory, (), documents.live, pins, now)


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

    def read(self, trust: Trust, bundles: Iterable[bytes]) -> tuple[Checkpoint, ...]:
        """Return the checkpoints that the city's log key signed, each once, sorted by size."""
        log_key = log_verifier_key(trust.city_record)
        keys = {(log_key.public_key, bundle) for bundle in bundles}
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
    """Return what holds while the city's trust documents are refused: nothing."""
    verdicts: dict[str, Verdict] = {request_id: Refusal(rule=rule) for request_id in bundles}
    return Assessment(trust=None, rule=rule, verdicts=verdicts, bundles=bundles, other_root=other_root)


class Forms:
    """What requests are refused by for their form alone: each is read once, for as long as it is here.

    Only that is remembered of a verdict: a form doesn't get better by waiting.
    """

    def __init__(self) -> None:
        """Know nothing."""
        self._known: dict[str, tuple[bytes, Refusal | None]] = {}
        self._left_bytes = 0

    def begin(self, bundles: Mapping[str, bytes]) -> None:
        """Begin a look at these; forget all others."""
        self._known = {id_: known for id_, known in self._known.items() if bundles.get(id_) == known[0]}
        self._left_bytes = FORMS_READ_MAX_BYTES

    def refusal(self, request_id: str, bundle: bytes, *, is_live: bool) -> Refusal | None:
        """Return why a form is refused, or None: also of one that isn't live, where this look has read enough."""
        known = self._known.get(request_id)
        if known is None:
            if not is_live:
                self._left_bytes -= len(bundle)
                if self._left_bytes < 0:
                    return None
            known = self._known[request_id] = (bundle, _form_refusal(request_id, bundle))
        return known[1]


def _form_refusal(request_id: str, bundle: bytes) -> Refusal | None:
    try:
        payload = Bundle.from_bytes(bundle).payload
        Request.from_bytes(payload)
    except ProtocolError as error:
        return Refusal(rule=error.rule, detail=error.detail)
    return None if payload_id(payload) == request_id else Refusal(rule=ID_DIFFERS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """Requests by id: as they were when this home verified them, and as they came last."""

    kept: Mapping[str, bytes]
    newest: Mapping[str, bytes]

    @property
    def bundles(self) -> Mapping[str, bytes]:
        """What is judged: what was verified once stays as it was then."""
        return {**self.newest, **self.kept}


def assess(trust: Trust, came: Came, pins: Pins, now: datetime, forms: Forms) -> Assessment:
    """Judge every request, by the id under which it came; of two with one salt only the one seen first stands.

    One that was verified once is judged whole, also when it is no longer live: a revocation is said before the hub's
    word. Where it is refused now, what came last is judged: the same request, with a proof in the log that replaced the
    one before. Any other that isn't live costs no more than its form.
    """
    bundles, newest = came.bundles, came.newest
    salts = dict(pins.seen_salts)
    verdicts: dict[str, Verdict] = {}
    withdrawn = frozenset(trust.live.withdrawn)
    live = frozenset(trust.live.live) - withdrawn
    forms.begin(bundles)
    for request_id in sorted(bundles):  # one that was seen has its salt already, whichever is judged first
        bundle = bundles[request_id]
        verdict: Verdict | None = forms.refusal(request_id, bundle, is_live=request_id in live)
        if verdict is None and request_id not in live and request_id not in came.kept:
            verdict = Refusal(rule=Rule.WITHDRAWN if request_id in withdrawn else Rule.NOT_LIVE)
        elif verdict is None:
            known = replace(pins, seen_salts=salts)
            verdict = verify_request(bundle, trust, known, now)
            if isinstance(verdict, Refusal) and newest.get(request_id, bundle) != bundle:
                again = verify_request(newest[request_id], trust, known, now)
                if isinstance(again, VerifiedRequest) and again.request_id == request_id:
                    verdict = again
        if isinstance(verdict, VerifiedRequest):
            salts[b64(verdict.request.salt)] = request_id
        verdicts[request_id] = verdict
    return Assessment(trust=trust, rule=None, verdicts=verdicts, bundles=bundles)


_PASSING = frozenset({Rule.NOT_YET_VALID, LogRule.LOG_NOT_FOLLOWED})  # the hub may still prove the entry


def is_closed(verdict: Verdict) -> bool:
    """Whether a request that was judged under good trust documents can't be answered any more."""
    return isinstance(verdict, Refusal) and verdict.rule not in _PASSING


_ENDS_BY_ITSELF = frozenset({Rule.EXPIRED, Rule.WITHDRAWN, Rule.NOT_LIVE})


def is_broken(verdict: Verdict | None) -> bool:
    """Whether what a request rested on is no longer trusted, such as a key that was revoked: not merely over."""
    return isinstance(verdict, Refusal) and is_closed(verdict) and verdict.rule not in _ENDS_BY_ITSELF


def outlives_lapse(verdict: Verdict | None) -> bool:
    """Whether the recordings of a lapsed case stay until their hold's own deadline: after mere expiry alone."""
    return isinstance(verdict, Refusal) and verdict.rule == Rule.EXPIRED
