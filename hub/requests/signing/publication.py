"""Publish a signed request: durable steps, each one transaction, each safe to do again.

Invariants: a crash leaves either a signed request that nobody outside has heard of, or one that is in the public log
and is published when the hub starts again; a leaf is appended once; homes are sent nothing that the hub, checking as a
home does, would refuse. Nobody can stop half-way: from ``logged`` on only a withdrawal or expiry ends it otherwise.
Witnesses of the log are asked between two transactions, for ``WAIT_MAX_S`` at most; where the city record asks for more
of them than have cosigned, or they deny this log, the request waits as it is and is tried again.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from sqlalchemy import select

from hub.audit.trail import record
from hub.kit.access import Action, require, system
from hub.kit.errors import HubError
from hub.kit.notices import About, Notice
from hub.policy.repository import current
from hub.requests import repository
from hub.requests.charge import require_in_charge
from hub.requests.closing import close
from hub.requests.draft.draft import draft_of
from hub.requests.draft.lately import open_areas
from hub.requests.draft.overlap import singles_out
from hub.requests.draft.rules import OVERLAP_WORDS, Surroundings, judge
from hub.requests.model import RequestRow
from hub.requests.signing.as_a_home import check_as_a_home, trust_documents_of
from hub.requests.signing.signatures import check_signed
from hub.requests.states import BEING_PUBLISHED, State, moved
from hub.witnesses.standing import missing_notice
from milton_protocol.errors import ProtocolError, Rule
from milton_protocol.messages.log.leaf import leaf_of
from milton_protocol.messages.requests.assertion import AssertionRole
from milton_protocol.messages.requests.bundle import Bundle
from milton_protocol.messages.requests.request import Request

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.db.engine import Database
    from hub.directory.service import DirectoryService
    from hub.kit.access import Actor
    from hub.policy.values import Policy
    from hub.publiclog.service import PublicLog
    from hub.requests.statements import Statements
    from hub.topics.service import Topics
    from hub.witnesses.service import Seen, Witnesses
    from milton_protocol.geometry import Polygon

CONFLICT = 409
UNAVAILABLE = 503
_SYSTEM = system("publication")


class Publication:
    """Publishes the requests of one agency."""

    def __init__(  # noqa: PLR0913 - everything that a publication writes to
        self,
        *,
        database: Database,
        clock: Callable[[], datetime],
        topics: Topics,
        directory: DirectoryService,
        log: PublicLog,
        live: Statements,
        witnesses: Witnesses,
    ) -> None:
        """Write to these; ask ``witnesses``."""
        self._database = database
        self._clock = clock
        self._topics = topics
        self._directory = directory
        self._log = log
        self._live = live
        self._witnesses = witnesses
        self._waiting = self._quorum = 0

    async def publish(self, actor: Actor, request_id: str) -> None:
        """Publish a signed request of one's own (a supervisor: of anybody); one that is published stays so.

        One that has to wait for witnesses of the log is ``logged`` afterwards. Raises ``not_your_request`` (403),
        ``wrong_state`` (409) before it is signed or after its end, ``expired``, ``too_many_for_case``,
        ``supervisor_missing``, the rule of today's policy that it breaks, and the rule by which homes would refuse it;
        ``witnesses_missing`` and ``log_denied`` (503) before anything is logged.
        """
        require(actor, Action.REQUEST_PUBLISH)
        async with self._database.session("request.logged") as session:
            row = await repository.find(session, actor, request_id, lock=True)
            require_in_charge(actor, row)
            if State(row.state) is State.PUBLISHED:
                return
            if State(row.state) not in BEING_PUBLISHED:
                now = self._clock()
                await self._live.check_clock(session, now)
                await self._check_witnesses(session)
                await self.log_leaf(session, actor, row, now)
        await self._witnesses.ask()
        await self._complete(request_id)

    async def resume(self) -> None:
        """Complete every publication that a crash cut short, or that waits for witnesses.

        One that fails keeps no other back: all are tried, then an ExceptionGroup says what failed.
        """
        async with self._database.reading() as session:
            begun = select(RequestRow.request_id).where(RequestRow.state.in_(BEING_PUBLISHED))
            ids = (await session.scalars(begun)).all()
            self._quorum = (await self._directory.current(session)).city_record.witness_quorum
        if ids:
            await self._witnesses.ask()
        waiting = 0
        failures: list[Exception] = []
        for request_id in ids:
            try:
                with suppress(ProtocolError):  # it was withdrawn in public, which ends it
                    waiting += not await self._complete(request_id)
            except Exception as error:  # noqa: BLE001 - every one is raised below
                failures.append(error)
        self._waiting = waiting
        if failures:
            message = "publications that were cut short could not be completed"
            raise ExceptionGroup(message, failures)

    def missing_notice(self) -> Notice | None:
        """Return what is to be said where there are too few witnesses to ask, before somebody tries to publish."""
        return missing_notice(len(self._witnesses.all), self._quorum)

    def waiting_notice(self) -> Notice | None:
        """Return what is to be said of requests that wait for witnesses."""
        if not self._waiting:
            return None
        sentence = f"Requests that wait for witnesses of the public log: {self._waiting}. All are tried again."
        return Notice(about=About.REQUESTS_WAIT, sentence=sentence)

    async def _complete(self, request_id: str) -> bool:
        """Go on to the end, as far as the witnesses let it; say whether it came there."""
        try:
            async with self._database.session("request.cosigned") as session:
                row = await repository.locked(session, request_id)
                if not await self.cosign(session, row, self._clock()):
                    return False
            async with self._database.session("request.published") as session:
                await self.send(session, await repository.locked(session, request_id), self._clock())
        except ProtocolError as error:
            await self._give_up(request_id, error.rule)
            raise
        return True

    async def log_leaf(self, session: AsyncSession, actor: Actor, row: RequestRow, at: datetime) -> None:
        """Go from signed to logged: the leaf, the audit row and the state in one transaction."""
        await self._log.hold(session)  # what is judged beside others is judged one after the other, on Postgres too
        row.state = moved(State(row.state), State.LOGGED)
        await self._check_again(session, row, at)
        leaf = leaf_of(Request.from_bytes(row.payload), row.request_id)
        row.leaf_index = await self._log.append(session, leaf.to_bytes(), kind=leaf.kind.value, at=at)
        await record(session, at=at, actor=actor, action="request.logged", subject=row.request_id)

    async def cosign(self, session: AsyncSession, row: RequestRow, at: datetime) -> bool:
        """Go from logged to cosigned: a checkpoint over the leaf, its cosignatures, and the proof; False: it waits.

        Done before: nothing happens, unless the city record asks for more witnesses by now.
        """
        state, quorum = State(row.state), (await self._directory.current(session)).city_record.witness_quorum
        if row.leaf_index is None or state not in BEING_PUBLISHED:
            return True
        seen = await self._witnesses.seen(session, row.leaf_index)
        if row.log_proof and self._witnesses.count(row.log_proof) >= quorum and not seen.is_denied:
            return True  # the state is cosigned
        if seen.is_denied or seen.count < quorum:
            await _wait(session, row, seen, quorum, at)
            return False
        if seen.size is None:
            note = await self._log.checkpoint(session, at)
        else:
            note = await self._log.cosigned_note(session, seen.size)
        row.log_proof = await self._log.proof(session, row.leaf_index, note)
        row.state = State.COSIGNED
        return True

    async def send(self, session: AsyncSession, row: RequestRow, at: datetime) -> None:
        """Go from cosigned to published: topic, live statement, state and audit row in one transaction.

        Raises ProtocolError, so that nothing is committed, when a home would refuse it.
        """
        if State(row.state) is not State.COSIGNED or row.log_proof is None:
            return
        row.state, row.published_at = moved(State.COSIGNED, State.PUBLISHED), at
        await session.flush()
        bundle = await send_bundle(session, self._topics, row, row.log_proof)
        await self._live.issue(session, _SYSTEM, at)
        await record(session, at=at, actor=_SYSTEM, action="request.published", subject=row.request_id)
        await self._check_as_a_home(session, bundle, at)

    async def send_again(self, session: AsyncSession, row: RequestRow, proof: str, at: datetime) -> None:
        """Send what is published with another proof, in the place of what homes have of it. Raises as :meth:`send`.

        The live statement comes again too: homes take no proof under a checkpoint beyond the one that it names.
        """
        row.log_proof = proof
        bundle = await send_bundle(session, self._topics, row, proof)
        await self._live.issue(session, _SYSTEM, at)
        await self._check_as_a_home(session, bundle, at)

    async def _check_witnesses(self, session: AsyncSession) -> None:
        """Log nothing that could never be published: with too few witnesses to ask, or in a log that they deny."""
        quorum = (await self._directory.current(session)).city_record.witness_quorum
        if quorum > len(self._witnesses.all):
            rule = "witnesses_missing"
            message = f"The city record asks for {quorum} witnesses; this hub has {len(self._witnesses.all)} to ask."
            raise HubError(rule, UNAVAILABLE, message)
        if await self._witnesses.deny(session):
            rule = "log_denied"
            message = "Witnesses of the public log say that it is not the one they have seen. Nothing is published now."
            raise HubError(rule, UNAVAILABLE, message)

    async def _check_again(self, session: AsyncSession, row: RequestRow, at: datetime) -> None:
        """Judge what may have changed since the draft: time, people, policy, the requests beside it and of its case."""
        if row.expires_at <= at:
            raise HubError(Rule.EXPIRED, CONFLICT, "The request has expired.")
        trusted = await self._directory.in_force(session, at)
        assertions = repository.read_assertions(await repository.assertions(session, row.request_id))
        for assertion in assertions:
            check_signed(trusted, row.request_id, row.officer_id, assertion)
        policy, request = (await current(session)).policy, Request.from_bytes(row.payload)
        has_approver = any(each.role is AssertionRole.APPROVER for each in assertions)
        _check_policy(row, request, policy, trusted.city_record.jurisdiction, has_approver=has_approver)
        asked = request.area
        if singles_out(asked, await open_areas(session, asked, but=row.request_id)):
            rule = "overlap_singles_out"
            raise HubError(rule, CONFLICT, OVERLAP_WORDS)
        earlier = await repository.requests_of_case(session, row.case_number) - 1  # this one counts by now
        most = policy.requests_per_case_max if has_approver else policy.requests_per_case
        if earlier >= most:
            rule = "too_many_for_case"
            raise HubError(
                rule, CONFLICT, "The case has had too many requests; a supervisor may allow more, up to the most."
            )

    async def _check_as_a_home(self, session: AsyncSession, bundle: bytes, at: datetime) -> None:
        documents = await trust_documents_of(session, self._directory, self._topics, self._witnesses.policy)
        await check_as_a_home(session, self._log, documents, bundle, at)

    async def _give_up(self, request_id: str, rule: str) -> None:
        """Withdraw in public what was logged and can't be published any more."""
        now = self._clock()
        async with self._database.session("request.given_up") as session:
            row = await repository.locked(session, request_id)
            if State(row.state) in BEING_PUBLISHED:
                await close(session, self._log, _SYSTEM, row, state=State.WITHDRAWN, at=now, detail=rule)
                await self._live.issue_of_an_end(session, _SYSTEM, now)


async def send_bundle(session: AsyncSession, topics: Topics, row: RequestRow, proof: str) -> bytes:
    """Set a request's topic and return its message."""
    assertions = repository.read_assertions(await repository.assertions(session, row.request_id))
    bundle = Bundle(payload=row.payload, assertions=assertions, log_proof=proof).to_bytes()
    await topics.set(session, f"requests/{row.request_id}", bundle, clear_at=row.expires_at)
    return bundle


async def _wait(session: AsyncSession, row: RequestRow, seen: Seen, quorum: int, at: datetime) -> None:
    """Write down that a request waits for witnesses, once, and how many have cosigned."""
    if row.witnesses_seen is None:
        detail = "denied" if seen.is_denied else f"{seen.count} of {quorum}"
        await record(session, at=at, actor=_SYSTEM, action="request.waits", subject=row.request_id, detail=detail)
    row.witnesses_seen = seen.count


def _check_policy(row: RequestRow, request: Request, policy: Policy, city: Polygon, *, has_approver: bool) -> None:
    """Judge what was drafted, maybe under an earlier policy, by the one in force; its age is that of the draft."""
    around = Surroundings(
        now=request.created_at, jurisdiction=city, requests_of_case=0, has_recipients=True, takes_codes=True
    )
    verdict = judge(draft_of(row, request), policy, around)
    for broken in verdict.broken:
        message = f"The agency's policy was changed since this was drafted. {broken.message} Draft it anew."
        raise HubError(broken.rule, CONFLICT, message)
    if verdict.exceeded and not has_approver:
        rule = "supervisor_missing"
        message = "The agency's policy was changed since this was drafted: a supervisor has to sign too. Draft it anew."
        raise HubError(rule, CONFLICT, message)
