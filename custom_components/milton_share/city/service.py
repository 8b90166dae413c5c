"""City trust state with rollback protection."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from secrets import token_hex
from typing import TYPE_CHECKING

from ..const import HOLD_AFTER_EXPIRY
from ..hub_link import inbox as topic
from ..hub_link.client import HubAwayError
from ..notifications.schedule import Notification
from ..shared.milton_protocol.base64_text import b64
from ..shared.milton_protocol.errors import ProtocolError
from ..shared.milton_protocol.messages.requests.request import Urgency
from ..shared.milton_protocol.verification import Pins, check_city_record
from ..storage.durable_steps import Step
from . import repository, witnesses_table
from .log_consistency import ask_log, continues, follow_log, sizes_to_ask
from .verdicts import Came, Forms, ProofReader, TrustDocuments, assess, check_documents, other_root, refuse_all

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime
    from sqlite3 import Connection

    from ..hub_link.client import HubClient
    from ..hub_link.inbox import Inbox
    from ..processes.executor import RunBlocking
    from ..shared.milton_protocol.messages.city.record import CityRecord
    from ..shared.milton_protocol.translog.checkpoint import Checkpoint
    from ..shared.milton_protocol.translog.witness import WitnessPolicy
    from ..shared.milton_protocol.verification import Trust, VerifiedRequest
    from ..storage.database import HomeDatabase
    from .freshness import Freshness
    from .log_consistency import Answers, LogAnswer
    from .pins import PinRepository
    from .pins_table import Seen
    from .repository import KeptRequest
    from .verdicts import Assessment

WITHDRAWN_KEPT_MAX = 4_000  # years of a city; past it only requests that this home still has are remembered
TAG_SIZE_BYTES = 16  # of a notification: chance, so that a relay learns nothing of the request from it
LOG_NOT_CHECKED = "log_not_checked"  # the log grew, and the hub could not be asked for the proof yet
LOG_REPLACED = "log_replaced"  # the city record names another log than the one this home follows; the owner decides
QUESTIONS_MAX = 64  # about the log, at a time: a city has a few new requests at once; the rest are asked next time


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLog:
    """A public log that the newest city record names but the owner hasn't accepted yet."""

    origin: str
    public_key: bytes
    size: int
    known_size: int  # entries that this home saw of the log before it
    continues: bool | None  # whether the new log has all of those; None while the hub hasn't proven it


class CityWatch:
    """Judges all received documents and remembers the newest, so that none older is trusted again."""

    def __init__(  # noqa: PLR0913  the pinned root, where documents lie, who proves the log
        self,
        *,
        root_public_key: bytes,
        agency_id: str,
        database: HomeDatabase,
        inbox: Inbox,
        pins: PinRepository,
        client: HubClient,
        run_blocking: RunBlocking,
        freshness: Freshness,
    ) -> None:
        """Prepare; `load` reads."""
        self._freshness = freshness
        self._root_public_key = root_public_key
        self._agency_id = agency_id
        self._database = database
        self._inbox = inbox
        self._pin_repository = pins
        self._client = client
        self._run_blocking = run_blocking
        self._salts: dict[str, str] = {}
        self._kept: dict[str, KeptRequest] = {}
        self._forms = Forms()
        self.witness_policy = witnesses_table.NONE
        self._proofs = ProofReader()
        self._answers: Answers = {}
        self.has_questions = False  # about the log, that the hub hasn't answered
        self.new_log: NewLog | None = None

    async def load(self) -> None:
        """Read the stored state."""

        def read(connection: Connection) -> tuple[Mapping[str, str], dict[str, KeptRequest], WitnessPolicy]:
            return (
                repository.seen_salts(connection),
                repository.all_requests(connection),
                witnesses_table.policy(connection),
            )

        salts, self._kept, self.witness_policy = await self._database.read(read)
        self._salts = dict(salts)

    async def set_witnesses(self, policy: WitnessPolicy) -> None:
        """Store the owner's required witnesses of the public log, in addition to the city's own quorum."""
        await self._database.run(Step.WITNESSES_SET, partial(witnesses_table.save, policy=policy))
        self.witness_policy = policy

    async def ask_log(self, now: datetime) -> None:
        """Fetch the log's consistency proof where the documents say that it grew; `assess` judges the answer."""
        with suppress(ProtocolError):  # documents that are refused are refused by `assess`, in its words
            trust = await self._check_documents(now)
            proofs = await self._proofs_of_live(trust)
            sizes = sizes_to_ask(self._pin_repository.seen, trust.checkpoint, proofs)
            answers: dict[tuple[int, int], LogAnswer] = {}
            for size in sizes[:QUESTIONS_MAX]:
                answer = await ask_log(self._client, size, trust.checkpoint.size)
                if answer is None:
                    break
                answers[size, trust.checkpoint.size] = answer
            self._answers = answers
            self.has_questions = len(answers) < len(sizes)

    async def assess(self, now: datetime) -> Assessment:
        """Judge everything now by what is here; no network."""
        came = Came(
            kept={request_id: kept.bundle for request_id, kept in self._kept.items()},
            newest=self._inbox.under(topic.REQUESTS),
        )
        try:
            trust = await self._trust(now)
        except ProtocolError as error:
            record, root = self._inbox.get(topic.CITY_RECORD), self._root_public_key
            return refuse_all(error.rule, came.bundles, await self._run_blocking(partial(other_root, record, root)))
        return await self._run_blocking(partial(assess, trust, came, self._pins(), now, self._forms))

    async def accept_log(self, origin: str, public_key: bytes) -> bool:
        """Accept the new log that the owner was shown; False if the city record now names another one."""
        new = self.new_log
        if new is None or (new.origin, new.public_key) != (origin, public_key):
            return False
        await self._pin_repository.keep(_follows(self._pin_repository.seen, origin, public_key))
        self.new_log = None
        return True

    async def record(self, now: datetime) -> CityRecord | None:
        """Return the current city record if it is trusted on its own; remembers nothing."""
        envelope = self._inbox.get(topic.CITY_RECORD)
        if envelope is None:
            return None
        check = partial(check_city_record, self._root_public_key, envelope, self._pins(), now)
        try:
            return await self._run_blocking(check)
        except ProtocolError:  # `assess` says which rule it breaks
            return None

    async def keep(
        self, verified: Mapping[str, VerifiedRequest], assessment: Assessment, now: datetime
    ) -> list[Notification]:
        """Store newly verified requests; return what phones are told about each, only once ever."""
        unknown = [verified[request_id] for request_id in sorted(verified.keys() - self._kept.keys())]
        new: list[Notification] = []
        for request in unknown:
            kept = repository.KeptRequest(
                request_id=request.request_id,
                bundle=assessment.bundles[request.request_id],
                keep_until=request.request.expires_at + HOLD_AFTER_EXPIRY,
            )
            salt = b64(request.request.salt)
            notification = Notification(
                tag=token_hex(TAG_SIZE_BYTES),
                request_id=request.request_id,
                urgent=request.request.urgency is Urgency.URGENT,
                verified_at=now,
                expires_at=request.request.expires_at,
            )
            await self._database.run(
                Step.REQUEST_KEPT,
                partial(repository.keep, request=kept, salt=salt, notification=notification, now=now),
            )
            self._kept[request.request_id] = kept
            self._salts[salt] = request.request_id
            new.append(notification)
        return new

    async def forget_old(self, now: datetime) -> set[str]:
        """Forget unanswered requests that are over; return their ids."""
        if all(kept.keep_until >= now for kept in self._kept.values()):
            return set()

        def forget(connection: Connection) -> dict[str, KeptRequest]:
            repository.forget_old(connection, now)
            return repository.all_requests(connection)

        before = set(self._kept)
        self._kept = await self._database.run(Step.REQUESTS_FORGOTTEN, forget)
        return before - set(self._kept)

    @property
    def kept(self) -> Collection[str]:
        """The ids of requests that were verified here."""
        return self._kept.keys()

    def keep_until(self, request_id: str) -> datetime | None:
        """Return until when a verified request is kept, or None."""
        kept = self._kept.get(request_id)
        return kept.keep_until if kept else None

    async def _check_documents(self, now: datetime) -> Trust:
        overtaken = self._inbox.overtaken()
        if overtaken:
            with suppress(ProtocolError):  # they are not what they say, or not all of them are here yet
                trust = await self._checked(overtaken, now)
                await self._inbox.bring_back(overtaken)
                return trust
        return await self._checked({}, now)

    async def _checked(self, overtaken: Mapping[str, bytes], now: datetime) -> Trust:
        """Judge the current documents, or overtaken ones in their place."""

        def document(name: str) -> bytes | None:
            return overtaken.get(name) or self._inbox.get(name)

        documents = TrustDocuments(
            city_record=document(topic.CITY_RECORD),
            directory=document(topic.DIRECTORY),
            live=document(topic.LIVE),
        )
        trust = await self._run_blocking(partial(check_documents, self._root_public_key, documents, self._pins(), now))
        revoked = await self._inbox.revoked(trust.city_record)
        self._inbox.prefer(trust.live.live)
        return replace(trust, revocations=(*trust.revocations, *revoked))

    async def _trust(self, now: datetime) -> Trust:
        trust = await self._check_documents(now)
        self._freshness.require(trust.live, now)
        self._require_same_log(trust)
        log, proofs = trust.city_record.log, await self._proofs_of_live(trust)
        try:
            seen = follow_log(
                _follows(self._pin_repository.seen, log.origin, log.public_key), trust.checkpoint, proofs, self._answers
            )
        except HubAwayError as error:
            raise ProtocolError(LOG_NOT_CHECKED) from error
        seen = replace(
            seen.with_hub_key(trust.city_record.hub_key),
            city_record_serial=trust.city_record.serial,
            directory_serial=trust.directory.serial,
            live_sequence=trust.live.sequence,
            withdrawn=self._withdrawn(trust.live.withdrawn),
        )
        await self._pin_repository.keep(seen)
        return replace(
            trust,
            live=replace(trust.live, withdrawn=seen.withdrawn),
            log_roots={size: bytes.fromhex(root) for size, root in seen.log_roots},
        )

    async def _proofs_of_live(self, trust: Trust) -> tuple[Checkpoint, ...]:
        """Return the distinct checkpoints that claim to cover live requests, matched or not."""
        live, newest = frozenset(trust.live.live), self._inbox.under(topic.REQUESTS)
        bundles = {bundle for request_id, bundle in newest.items() if request_id in live}
        bundles |= {kept.bundle for request_id, kept in self._kept.items() if request_id in live}
        return await self._run_blocking(partial(self._proofs.read, trust, bundles))

    def _require_same_log(self, trust: Trust) -> None:
        """Refuse a different log until the owner has accepted it."""
        seen, log = self._pin_repository.seen, trust.city_record.log
        if (seen.log_origin, seen.log_key) in {("", ""), (log.origin, log.public_key.hex())}:
            self.new_log = None
            return
        self.new_log = NewLog(
            origin=log.origin,
            public_key=log.public_key,
            size=trust.checkpoint.size,
            known_size=seen.log_size,
            continues=continues(seen, trust.checkpoint, self._answers),
        )
        raise ProtocolError(LOG_REPLACED)

    def _withdrawn(self, named: tuple[str, ...]) -> tuple[str, ...]:
        """Return current and earlier withdrawals, so that a stolen hub can't bring a request back."""
        before = self._pin_repository.seen.withdrawn
        if len(before) > WITHDRAWN_KEPT_MAX:
            before = tuple(id_ for id_ in before if id_ in self._kept)
        return tuple(sorted({*before, *named}))

    def _pins(self) -> Pins:
        seen = self._pin_repository.seen
        return Pins(
            root_key_sha256=hashlib.sha256(self._root_public_key).hexdigest(),
            agency_id=self._agency_id,
            city_record_serial=seen.city_record_serial,
            directory_serial=seen.directory_serial,
            live_sequence=seen.live_sequence,
            hub_key=bytes.fromhex(seen.hub_key) if seen.hub_key else None,
            witness_policy=self.witness_policy,
            seen_salts=dict(self._salts),
        )


def _follows(seen: Seen, origin: str, public_key: bytes) -> Seen:
    """Return the seen state, reset for this log if it is a different one."""
    if (seen.log_origin, seen.log_key) == (origin, public_key.hex()):
        return seen
    if not seen.log_origin:  # seen before logs were told apart, or none yet
        return replace(seen, log_origin=origin, log_key=public_key.hex())
    return replace(seen, log_origin=origin, log_key=public_key.hex(), log_size=0, log_root="", log_roots=())
