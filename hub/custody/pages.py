"""The pages of one share: opened, checked and played in the officer's browser; and what is decided about it."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from hub.access import Action
from hub.accounts.guard import actor_of
from hub.cases.model import CaseFile
from hub.custody import doors
from hub.custody.offers import offers_of
from hub.custody.rules import ACCEPT_AFTER, Why, has_ended
from hub.custody.stills import taken_of
from hub.doors import add_doors
from hub.policy.repository import current
from hub.requests import repository
from hub.submissions.model import ShareState
from milton_protocol.fields import b64
from milton_protocol.messages.consent import Consent
from milton_protocol.messages.request import Request

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp import web
    from aiohttp.typedefs import Handler

    from hub.context import Hub
    from hub.custody.ground import ShareView
    from hub.custody.looking import Looking
    from hub.doors import Entry
    from hub.requests.model import RequestRow
    from hub.web.pages import Pages

_WORDS = {
    ShareState.UPLOADING: "Arriving",
    ShareState.RECEIVED: "New",
    ShareState.ACCEPTED: "In case",
    ShareState.WITHDRAWN: "Withdrawn by the owner",
    ShareState.REMOVED: "To be deleted",
    ShareState.DELETED: "Deleted",
}
_CHIPS = {
    ShareState.RECEIVED: "is-law",
    ShareState.ACCEPTED: "is-home",
    ShareState.WITHDRAWN: "is-warn",
    ShareState.REMOVED: "is-warn",
}
_WHY: dict[str | None, str] = {
    None: "its upload was never finished",
    Why.NOT_ACCEPTED: "nobody accepted it into a case in time",
    Why.DECLINED: "it is not needed",
    Why.DRILL: "it is of an exercise",
    Why.WITHDRAWN: "its owner took it back",
    Why.CASE_CLOSED: "its case was closed, and the time after that is over",
    Why.TWO_PEOPLE: "two people decided it",
}
_READABLE = frozenset({ShareState.RECEIVED, ShareState.ACCEPTED})


class CustodyPages:
    """The handlers of one hub."""

    def __init__(self, hub: Hub, pages: Pages, looking: Looking) -> None:
        """Keep what the handlers need."""
        self._hub = hub
        self._pages = pages
        self._looking = looking

    def handlers(self) -> Mapping[Entry, Handler]:
        """Return what answers each route of the officers' application."""
        return {doors.PAGE: self.one, doors.CUSTODY_PAGE: self.custody}

    async def one(self, request: web.Request) -> web.Response:
        """Show one share."""
        share, row = await self._found(request)
        state = ShareState(share.row.state)
        async with self._hub.database.reading() as session:
            case = await session.get_one(CaseFile, row.case_number)
        return self._pages.render(
            request,
            "share.html",
            data={
                "case_id": case.case_id,
                "share_id": share.row.share_id,
                "envelope": "" if has_ended(share.row) else base64.b64encode(share.row.envelope).decode(),
                "request_payload": b64(row.payload),
            },
            share=share,
            asked=Request.from_bytes(row.payload),
            request_id=row.request_id,
            case_id=case.case_id,
            state_words=_WORDS[state],
            chip=_CHIPS.get(state, ""),
            readable=state in _READABLE,
            size_bytes=sum(part.body_size_bytes for part in share.facts.parts),
            can_accept=state is ShareState.RECEIVED and actor_of(request).may(Action.SHARE_ACCEPT),
            acceptable_at=(share.row.received_at or share.row.created_at) + ACCEPT_AFTER,
        )

    async def custody(self, request: web.Request) -> web.Response:
        """Show what was decided about one share, and offer what the person may decide."""
        share, row = await self._found(request)
        state = ShareState(share.row.state)
        async with self._hub.database.reading() as session:
            policy = (await current(session)).policy
            stills = await taken_of(session, share.row.share_id)
        return self._pages.render(
            request,
            "custody.html",
            policy=policy,
            stills=stills,
            share=share,
            asked=Request.from_bytes(row.payload),
            state_words=_WORDS[state],
            chip=_CHIPS.get(state, ""),
            why_words=_WHY[share.row.delete_why],
            consents=[Consent.from_bytes(each.content) for each in share.consents],
            offers=offers_of(actor_of(request), share),
        )

    async def _found(self, request: web.Request) -> tuple[ShareView, RequestRow]:
        """Return the share that was asked for, and the request that it answers."""
        actor = actor_of(request)
        share = await self._looking.share(actor, request.match_info["share_id"])
        async with self._hub.database.reading() as session:
            return share, await repository.find(session, actor, share.row.request_id)


def setup(hub: Hub, pages: Pages, looking: Looking) -> None:
    """Add the page to the officers' application."""
    add_doors(hub.officers, CustodyPages(hub, pages, looking).handlers())
