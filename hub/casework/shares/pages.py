"""The pages of one share: opened, checked and played in the officer's browser; and what is decided about it."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from hub.cases.model import CaseFile
from hub.casework import changes
from hub.casework.shares import routes
from hub.casework.shares.mentioned import mentioned
from hub.casework.shares.offers import offers_of
from hub.directory.names import names_of
from hub.kit.access import Action
from hub.policy.repository import current
from hub.requests import repository
from hub.shares.access.fetched import said_of
from hub.shares.access.leavers import SHOWN_MAX
from hub.shares.access.saving import ACT as SAVED
from hub.shares.access.stills import ACT as TAKEN
from hub.shares.passing.asking import ASKED_MAX, is_passable
from hub.shares.passing.standing import QuestionStanding
from hub.shares.record.model import OWNER, READABLE, ShareState
from hub.shares.record.rules import ACCEPT_AFTER, Why, has_ended
from hub.shares.record.stages import Stage, stage_of
from hub.shares.record.story import added_headers
from hub.shares.retention.waiting import deletions_waiting
from hub.web.actor import actor_of
from hub.web.pages.lists import followed
from hub.web.routing import add_routes
from milton_protocol.base64_text import b64
from milton_protocol.messages.requests.request import Request
from milton_protocol.messages.shares.consent import Consent, ConsentKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp import web
    from aiohttp.typedefs import Handler
    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.kit.access import Actor
    from hub.requests.model import RequestRow
    from hub.shares.access.leavers import LeftBehind
    from hub.shares.access.unopened import Unopened
    from hub.shares.record.context import ShareView
    from hub.shares.retention.waiting import DeletionWaiting
    from hub.shares.setup import Shown
    from hub.web.context import Hub
    from hub.web.pages.lists import Lists
    from hub.web.pages.renderer import PageData, Pages
    from hub.web.routing import Route

_WORDS = {
    Stage.UPLOADING: "Arriving",
    Stage.RECEIVED: "New",
    Stage.DECLINED: "Not needed",
    Stage.OPENED: "Opened",
    Stage.ACCEPTED: "In case",
    Stage.WITHDRAWN: "Withdrawn by the owner",
    Stage.REMOVED: "To be deleted",
    Stage.DELETED: "Deleted",
}
_CHIPS = {
    Stage.RECEIVED: "is-law",
    Stage.ACCEPTED: "is-home",
    Stage.WITHDRAWN: "is-warn",
    Stage.REMOVED: "is-warn",
}
_WHY: dict[str | None, str] = {
    None: "its upload was never finished",
    Why.NOT_ACCEPTED: "nobody accepted it into a case in time",
    Why.DECLINED: "it is not needed",
    Why.DRILL: "it is a test card of an exercise",
    Why.WITHDRAWN: "its owner took it back",
    Why.CASE_CLOSED: "its case was closed, and the time after that is over",
    Why.TWO_PEOPLE: "two people decided it",
}
# What is said before that time has come.
_UNTIL = _WHY | {
    None: "its upload is not finished",
    Why.NOT_ACCEPTED: "it is deleted then, unless somebody accepts it into a case",
    Why.CASE_CLOSED: "its case is closed",
}
_STANDINGS = {
    QuestionStanding.ASKED: "Asked, no answer yet",
    QuestionStanding.AGREED: "The owner agreed",
    QuestionStanding.REFUSED: "The owner refused",
    QuestionStanding.WITHDRAWN: "The owner took it back",
    QuestionStanding.EXPIRED: "Over",
}
_STANDING_CHIPS = {
    QuestionStanding.ASKED: "",
    QuestionStanding.AGREED: "is-home",
    QuestionStanding.REFUSED: "is-warn",
    QuestionStanding.WITHDRAWN: "is-warn",
    QuestionStanding.EXPIRED: "",
}
_CONSENTS = {
    ConsentKind.ACCEPT_EARLY: "Acceptance before the 24 hours are over",
    ConsentKind.CUSTODIANS_ONLY: "Custodians only: the owner flagged it after it was sent",
}


class CustodyPages:
    """The handlers of one hub."""

    def __init__(self, hub: Hub, pages: Pages, lists: Lists, shown: Shown) -> None:
        """Keep what the handlers need."""
        self._hub = hub
        self._pages = pages
        self._lists = lists
        self._looking = shown.looking
        self._rewrapping = shown.rewrapping
        self._leavers = shown.leavers
        self._unopened = shown.unopened
        self._asking = shown.asking
        self._home_url = shown.home_url
        self._revoked = shown.revoked

    def handlers(self) -> Mapping[Route, Handler]:
        """Return what answers each route of the officers' application."""
        return {
            routes.PAGE: self.one,
            routes.CUSTODY_PAGE: self.custody,
            routes.LEAVERS: self.leavers,
            routes.LEAVERS_EVENTS: self.leavers_events,
        }

    async def one(self, request: web.Request) -> web.Response:
        """Show one share; what changes of it from here on, the page hears by the stream of its case."""
        async with self._hub.database.reading() as session:
            at = await changes.position(session)
        share, row = await self._found(request)
        state, may_accept = ShareState(share.row.state), actor_of(request).may(Action.SHARE_ACCEPT)
        stage = stage_of(share.row)
        async with self._hub.database.reading() as session:
            case = await session.get_one(CaseFile, row.case_number)
            names = await names_of(session, [share.row.flagged_by])
            revoked = await self._revoked(session, row)
        return self._pages.render(
            request,
            "share.html",
            data={**_sealed(share, row, actor_of(request)), "case_id": case.case_id, "at": at},
            share=share,
            names=names,
            asked=Request.from_bytes(row.payload),
            revoked=revoked,
            request_id=row.request_id,
            case_id=case.case_id,
            state_words=_WORDS[stage],
            chip=_CHIPS.get(stage, ""),
            readable=state in READABLE,
            size_bytes=sum(part.body_size_bytes for part in share.facts.parts),
            can_accept=state is ShareState.RECEIVED and may_accept and not row.is_drill,
            agreed_early=any(each.kind == ConsentKind.ACCEPT_EARLY for each in share.consents),
            acceptable_at=(share.row.received_at or share.row.created_at) + ACCEPT_AFTER,
        )

    async def custody(self, request: web.Request) -> web.Response:
        """Show what was decided about one share, and offer what the person may decide."""
        share, row = await self._found(request)
        actor, state, stage = actor_of(request), ShareState(share.row.state), stage_of(share.row)
        asked = Request.from_bytes(row.payload)
        readers = passing = None
        if state in READABLE and actor.may(Action.SHARE_REWRAP):
            readers = await self._rewrapping.readers(actor, share.row.share_id)
        if actor.may(Action.SHARE_SHOW_OUTSIDE):
            passing = await self._asking.of(actor, share.row.share_id)
        async with self._hub.database.reading() as session:
            policy = (await current(session)).policy
            stills = await said_of(session, share.row.share_id, TAKEN)
            saves = await said_of(session, share.row.share_id, SAVED)
            revoked = await self._revoked(session, row)
            names = await names_of(session, mentioned(share, passing or (), (*stills, *saves)))
        return self._pages.render(
            request,
            "custody.html",
            data=None if passing is None else {**_sealed(share, row, actor), "home_url": await self._home_url()},
            policy=policy,
            names=names,
            stills=stills,
            saves=saves,
            readers=readers,
            passing=passing,
            passable=is_passable(share.row, is_drill=row.is_drill),
            asked_max=ASKED_MAX,
            standing_words=_STANDINGS,
            standing_chips=_STANDING_CHIPS,
            share=share,
            asked=asked,
            revoked=revoked,
            state_words=_WORDS[stage],
            chip=_CHIPS.get(stage, ""),
            why_words=_WHY[share.row.delete_why],
            until_words=_UNTIL[share.row.delete_why],
            consents=[Consent.from_bytes(each.content) for each in share.consents],
            consent_words=_CONSENTS,
            OWNER=OWNER,
            sealed_to_custodians=asked.is_flagged(share.facts.recipients_sha256),
            offers=offers_of(actor, share, row),
        )

    async def leavers(self, request: web.Request) -> web.Response:
        """List the deletions that wait, what no custodian of today opens, and what no officer does."""
        async with self._hub.database.reading() as session:
            deletions, unopened, shares = left = await self._left(session, actor_of(request))
        return self._pages.render(
            request,
            "leavers.html",
            data=followed(request, routes.LEAVERS_EVENTS.path, left),
            deletions=deletions,
            unopened=unopened,
            shares=shares,
            most=SHOWN_MAX,
            words=_WORDS,
        )

    async def leavers_events(self, request: web.Request) -> web.StreamResponse:
        """Tell the lists of it that they read differently now."""
        return await self._lists.stream(request, self._left)

    async def _left(
        self, session: AsyncSession, actor: Actor
    ) -> tuple[tuple[DeletionWaiting, ...], tuple[Unopened, ...], tuple[LeftBehind, ...]]:
        return (
            await deletions_waiting(session, actor),
            await self._unopened.listed(session, actor),
            await self._leavers.left_behind(session, actor),
        )

    async def _found(self, request: web.Request) -> tuple[ShareView, RequestRow]:
        """Return the share that was asked for, and the request that it answers."""
        actor = actor_of(request)
        share = await self._looking.share(actor, request.match_info["share_id"])
        async with self._hub.database.reading() as session:
            return share, await repository.find(session, actor, share.row.request_id)


def _sealed(share: ShareView, row: RequestRow, actor: Actor) -> PageData:
    """Return what a page's script opens a share with; nothing that helps to open it once nobody reads it any more."""
    return {
        "share_id": share.row.share_id,
        "envelope": "" if has_ended(share.row) else base64.b64encode(share.row.envelope).decode(),
        "headers": added_headers(share, actor),
        "request_payload": b64(row.payload),
    }


def setup(hub: Hub, pages: Pages, lists: Lists, shown: Shown) -> None:
    """Add the pages to the officers' application."""
    add_routes(hub.officers, CustodyPages(hub, pages, lists, shown).handlers())
