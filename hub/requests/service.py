"""Draft, sign, co-sign, withdraw and resolve footage requests.

Invariants: a draft that breaks a rule becomes no request; a payload never changes once made; an officer signs only
their own, the second person only another's; each act writes its audit row in its own transaction, and what homes are
told changes in that transaction too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlalchemy import select

from hub.audit.trail import record
from hub.cases import joining
from hub.kit.access import FORBIDDEN, Action, require, require_other, system
from hub.kit.errors import HubError
from hub.policy.reasons import PROHIBITED
from hub.policy.repository import current
from hub.requests import repository
from hub.requests.charge import require_in_charge
from hub.requests.closing import close
from hub.requests.draft import kept_drafts, lately
from hub.requests.draft.limits import limits_of
from hub.requests.draft.rules import Surroundings, judge
from hub.requests.draft.verdict import Verdict
from hub.requests.index import keep_request
from hub.requests.model import AssertionRow, RefusedDraft, RequestRow
from hub.requests.signing.payload import recipients_of, request_of
from hub.requests.signing.signatures import check_signed
from hub.requests.states import OPEN, WAITING_FOR_SIGNATURES, State, moved
from milton_protocol.geometry import inside, is_simple
from milton_protocol.messages.log.leaf import refusal_leaf
from milton_protocol.messages.requests.assertion import AssertionRole
from milton_protocol.messages.requests.request import request_id

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.directory.service import DirectoryService
    from hub.kit.access import Actor
    from hub.publiclog.service import PublicLog
    from hub.requests.draft.draft import Draft
    from hub.requests.signing.door_codes import DoorCodes
    from hub.requests.statements import Statements
    from hub.topics.service import Topics
    from milton_protocol.messages.requests.assertion import Assertion

CONFLICT = 409


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """The verdict, and the request when it is allowed."""

    verdict: Verdict
    row: RequestRow | None


class Requests:
    """The requests of one agency, up to the moment of publication (``hub.requests.signing.publication``)."""

    def __init__(  # noqa: PLR0913 - all that a request goes through
        self,
        *,
        topics: Topics,
        directory: DirectoryService,
        log: PublicLog,
        live: Statements,
        mentions_key: bytes,
        door_codes: DoorCodes,
    ) -> None:
        """Keep what an act writes to."""
        self._door_codes = door_codes
        self._key = mentions_key
        self._topics = topics
        self._directory = directory
        self._log = log
        self._live = live

    async def verdict(self, session: AsyncSession, actor: Actor, draft: Draft, at: datetime) -> Verdict:
        """Judge a draft without keeping anything, while the officer is still writing it."""
        require(actor, Action.REQUEST_DRAFT)
        # A case that is other officers' counts like one that is not there: its number opens nothing of it.
        case_number = draft.case_number if await joining.is_in(session, actor, draft.case_number) else ""
        trusted, policy = await self._directory.in_force(session, at), (await current(session)).policy
        city = trusted.city_record.jurisdiction
        is_area = draft.area is not None and is_simple(draft.area) and inside(draft.area, city)
        area = draft.area if is_area else None  # no ground to compare before
        around = Surroundings(
            now=at,
            jurisdiction=city,
            open_areas=() if area is None else await lately.open_areas(session, area),
            requests_of_case=await repository.requests_of_case(session, case_number),
            has_recipients=bool(recipients_of(trusted, actor.person_id or "")),
            takes_codes=self._door_codes.are_taken,
        )
        verdict = judge(draft, policy, around)
        asked = replace(draft, area=area, case_number=case_number)
        before = await lately.lately(session, asked, actor.person_id or "", self._key, at)
        return replace(verdict, limits=limits_of(draft, policy, around, verdict), lately=before)

    async def draft(self, session: AsyncSession, actor: Actor, draft: Draft, at: datetime) -> Drafted:
        """Make a request of a draft that breaks no rule; the same draft again is the same request.

        Raises ``draft_differs`` (409) for other words under the same draft id, ``draft_unknown`` (404) for the id of
        somebody else's, ``case_of_others`` (403) for a case that one is not in, ``request_unknown`` (404) for a request
        of a case that one is no longer in.
        """
        require(actor, Action.REQUEST_DRAFT)
        known = await session.get(RequestRow, draft.draft_id)
        if known is not None:
            if known.officer_id != actor.person_id:
                raise kept_drafts.unknown()
            if known.input_sha256 != draft.digest():
                rule = "draft_differs"
                raise HubError(rule, CONFLICT, "This draft was sent before with other words; start a new one.")
            await repository.find(session, actor, known.request_id)  # who left its case sees no more of it
            return Drafted(verdict=Verdict(broken=(), exceeded=tuple(known.exceeded.split())), row=known)
        await self._live.check_clock(session, at)
        verdict = await self.verdict(session, actor, draft, at)
        if not verdict.allowed:
            await self._log_prohibited(session, actor, draft, verdict, at)
            return Drafted(verdict=verdict, row=None)
        row = await self._create(session, actor, draft, verdict, at)
        return Drafted(verdict=replace(verdict, limits=(), lately=()), row=row)  # the same answer as a repeat gets

    async def sign(
        self, session: AsyncSession, actor: Actor, request_id_: str, assertion: Assertion, at: datetime
    ) -> RequestRow:
        """Take a person's assertion over the payload; the same role again changes nothing.

        Raises ProtocolError for an assertion that no home would believe, ``own_act`` and ``not_allowed`` (403),
        ``wrong_state`` (409) once it is published or has ended.
        """
        row = await repository.find(session, actor, request_id_, lock=True)
        is_officer = assertion.role is AssertionRole.OFFICER
        require(actor, Action.REQUEST_SIGN if is_officer else Action.REQUEST_COSIGN)
        if is_officer and row.officer_id != actor.person_id:
            rule = "not_your_request"
            raise HubError(rule, FORBIDDEN, "Only the officer who drafted a request signs it as its officer.")
        if not is_officer:
            require_other(actor, row.officer_id)
        if assertion.person_id != actor.person_id:
            rule = "not_your_signature"
            raise HubError(rule, FORBIDDEN, "This was signed by somebody else than who is signed in.")
        if await session.get(AssertionRow, (row.request_id, assertion.role.value)) is not None:
            return row
        await self._keep(session, actor, row, assertion, at)
        return row

    async def turn_down(
        self, session: AsyncSession, actor: Actor, request_id_: str, reason: str, at: datetime
    ) -> RequestRow:
        """Turn down what another officer asks above the limits, for a reason that the officer reads.

        A repeat changes nothing. Raises ``own_act`` (403), ``wrong_state`` (409) for what waits for no supervisor.
        """
        require(actor, Action.REQUEST_TURN_DOWN)
        row = await repository.find(session, actor, request_id_, lock=True)
        require_other(actor, row.officer_id)
        if State(row.state) is State.TURNED_DOWN:
            return row
        if not row.exceeded:
            rule = "wrong_state"
            raise HubError(rule, CONFLICT, "The request needs no supervisor.")
        await close(session, self._log, actor, row, state=State.TURNED_DOWN, at=at)
        row.turned_down_by, row.turned_down_why = actor.person_id, reason
        self._topics.stir(session)
        return row

    async def withdraw(self, session: AsyncSession, actor: Actor, request_id_: str, at: datetime) -> RequestRow:
        """Withdraw one's own request, or as a supervisor anybody's; a repeat changes nothing."""
        require(actor, Action.REQUEST_WITHDRAW)
        return await self._end(session, actor, request_id_, State.WITHDRAWN, at)

    async def resolve(self, session: AsyncSession, actor: Actor, request_id_: str, at: datetime) -> RequestRow:
        """Mark a published request that one is in charge of as resolved; a repeat changes nothing."""
        require(actor, Action.REQUEST_RESOLVE)
        return await self._end(session, actor, request_id_, State.RESOLVED, at)

    async def expire(self, session: AsyncSession, at: datetime) -> None:
        """End what is past its time and clear its topic; drop drafts that nobody went on with."""
        actor = system("expiry")
        require(actor, Action.REQUEST_EXPIRE)
        due = select(RequestRow).where(RequestRow.state.in_(OPEN), RequestRow.expires_at <= at).with_for_update()
        rows = (await session.scalars(due)).all()
        for row in rows:
            await close(session, self._log, actor, row, state=State.EXPIRED, at=at)
        await self._topics.clear_due(session, at)
        await kept_drafts.discard_old(session, at)
        await lately.forget(session, at)
        if rows:
            await self._live.issue_of_an_end(session, actor, at)

    async def _create(
        self, session: AsyncSession, actor: Actor, draft: Draft, verdict: Verdict, at: datetime
    ) -> RequestRow:
        trusted = await self._directory.in_force(session, at)
        officer = await self._directory.person(session, actor.person_id or "", at)
        offence = (await current(session)).policy.offence(draft.offence_code)
        audience = self._door_codes.audience_of(draft.draft_id, by_code=draft.by_code)
        request = replace(request_of(draft, offence, officer, trusted, at), audience=audience)
        payload = request.to_bytes()
        row = RequestRow(
            draft_id=draft.draft_id,
            input_sha256=draft.digest(),
            request_id=request_id(payload),
            payload=payload,
            state=State.DRAFTED,
            officer_id=officer.person_id,
            case_number=draft.case_number,
            offence_code=request.offence_code,
            is_drill=request.drill,
            exceeded=" ".join(verdict.exceeded),
            why_larger=draft.why_larger if "area" in verdict.exceeded else None,
            created_at=request.created_at,
            expires_at=request.expires_at,
        )
        await joining.ask_in(session, actor, row.case_number, at)
        session.add(row)
        await session.flush()
        session.add_all(lately.index(row, request.area, request.reason, self._key))
        await kept_drafts.let_go(session, actor, draft.draft_id)
        await keep_request(session, row)
        await record(session, at=at, actor=actor, action="request.drafted", subject=row.request_id)
        return row

    async def _log_prohibited(
        self, session: AsyncSession, actor: Actor, draft: Draft, verdict: Verdict, at: datetime
    ) -> None:
        """Say in public that a prohibited use was asked for: the rule and the day, once for the same draft."""
        rules = [broken.rule for broken in verdict.broken if broken.rule in PROHIBITED]
        if not rules or await session.get(RefusedDraft, draft.digest()) is not None:
            return
        session.add(RefusedDraft(input_sha256=draft.digest(), at=at))
        for rule in rules:
            leaf = refusal_leaf(at.date(), rule)
            await self._log.append(session, leaf.to_bytes(), kind=leaf.kind.value, at=at)
            await record(session, at=at, actor=actor, action="request.refused", subject=draft.draft_id, detail=rule)

    async def _keep(
        self, session: AsyncSession, actor: Actor, row: RequestRow, assertion: Assertion, at: datetime
    ) -> None:
        """Check and store one signature and move the request on."""
        if State(row.state) not in WAITING_FOR_SIGNATURES:
            rule = "wrong_state"
            raise HubError(rule, CONFLICT, f"The request is {row.state}; it takes no further signature.")
        check_signed(await self._directory.in_force(session, at), row.request_id, row.officer_id, assertion)
        role = assertion.role
        session.add(
            AssertionRow(
                request_id=row.request_id,
                role=role.value,
                person_id=assertion.person_id,
                content=assertion.to_bytes(),
                at=at,
            )
        )
        await session.flush()
        await record(session, at=at, actor=actor, action=f"request.signed_as_{role.value}", subject=row.request_id)
        self._topics.stir(session)  # who waits for it hears at once
        target = signed_state(
            {AssertionRole(each.role) for each in await repository.assertions(session, row.request_id)},
            needs_approver=bool(row.exceeded),
        )
        if target is not State(row.state):
            row.state = moved(State(row.state), target)

    async def _end(
        self, session: AsyncSession, actor: Actor, request_id_: str, state: State, at: datetime
    ) -> RequestRow:
        row = await repository.find(session, actor, request_id_, lock=True)
        require_in_charge(actor, row)
        if State(row.state) is not state:
            await close(session, self._log, actor, row, state=state, at=at)
            await self._live.issue_of_an_end(session, system("requests"), at)
        return row


def signed_state(roles: set[AssertionRole], *, needs_approver: bool) -> State:
    """Return where a request is by the signatures that it has."""
    has_officer = AssertionRole.OFFICER in roles
    has_approver = AssertionRole.APPROVER in roles
    if has_officer and (has_approver or not needs_approver):
        return State.SIGNED
    return State.APPROVED if has_approver else State.DRAFTED
