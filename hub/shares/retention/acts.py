"""Routes of what officers and custodians do with a share, beside looking at it and accepting it.

============================================================  ========================================================
``POST /api/shares/{id}/decline``, ``…/keep``                 not needed: it goes after some days; needed after all
``POST /api/shares/{id}/flag``, ``…/unflag``                  a minor or an intimate image: custodians only
``POST /api/shares/{id}/holds``                               ``{"reason"}``: nothing of it is deleted
``POST /api/shares/{id}/holds/{number}/release``              ``{"reason"}``
``POST /api/shares/{id}/deletions``                           ``{"reason"}``: ask for its deletion
``POST /api/shares/{id}/deletions/{number}/confirm``          by another person
``POST /api/shares/{id}/deletions/{number}/take-back``        ``{"reason"}``
``POST /api/cases/close``, ``/api/cases/reopen``              ``{"case_number", "reason"}``
============================================================  ========================================================

Each answers ``{"done": true}``. A reason has 4 to 500 characters. A case's number is in no address.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiohttp import web

from hub.shares import routes
from hub.web.actor import actor_of
from hub.web.bodies import read_object, read_reason
from milton_protocol.limits import CASE_NUMBER_MAX_CHARS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp.typedefs import Handler

    from hub.shares.retention.cases import Cases
    from hub.shares.retention.deletion_requests import Disposing
    from hub.shares.retention.holding import Holding
    from hub.shares.retention.triage import Triage
    from hub.web.routing import Route


@dataclass(frozen=True, slots=True, kw_only=True)
class Acts:
    """The services behind the routes."""

    triage: Triage
    holding: Holding
    disposing: Disposing
    cases: Cases


class ActsApi:
    """Handlers over the services."""

    def __init__(self, acts: Acts) -> None:
        """Keep what the handlers need."""
        self._acts = acts

    def handlers(self) -> Mapping[Route, Handler]:
        """Return what answers each route of the officers' application."""
        return {
            routes.DECLINE: self.decline,
            routes.KEEP: self.keep,
            routes.FLAG: self.flag,
            routes.UNFLAG: self.unflag,
            routes.HOLD: self.hold,
            routes.RELEASE: self.release,
            routes.ASK_DELETION: self.ask_deletion,
            routes.CONFIRM_DELETION: self.confirm_deletion,
            routes.TAKE_BACK_DELETION: self.take_back_deletion,
            routes.CLOSE_CASE: self.close_case,
            routes.REOPEN_CASE: self.reopen_case,
        }

    async def decline(self, request: web.Request) -> web.Response:
        """Not needed."""
        await self._acts.triage.decline(actor_of(request), _share_id(request))
        return _done()

    async def keep(self, request: web.Request) -> web.Response:
        """Needed after all."""
        await self._acts.triage.keep(actor_of(request), _share_id(request))
        return _done()

    async def flag(self, request: web.Request) -> web.Response:
        """For custodians only."""
        await self._acts.triage.flag(actor_of(request), _share_id(request))
        return _done()

    async def unflag(self, request: web.Request) -> web.Response:
        """For the request's officers again."""
        await self._acts.triage.unflag(actor_of(request), _share_id(request))
        return _done()

    async def hold(self, request: web.Request) -> web.Response:
        """Hold for a court."""
        reason = await _reason(request)
        await self._acts.holding.hold(actor_of(request), _share_id(request), reason)
        return _done()

    async def release(self, request: web.Request) -> web.Response:
        """End a hold."""
        reason = await _reason(request)
        await self._acts.holding.release(actor_of(request), _share_id(request), _number(request), reason)
        return _done()

    async def ask_deletion(self, request: web.Request) -> web.Response:
        """Ask for a deletion."""
        reason = await _reason(request)
        await self._acts.disposing.ask(actor_of(request), _share_id(request), reason)
        return _done()

    async def confirm_deletion(self, request: web.Request) -> web.Response:
        """Confirm another person's."""
        await self._acts.disposing.confirm(actor_of(request), _share_id(request), _number(request))
        return _done()

    async def take_back_deletion(self, request: web.Request) -> web.Response:
        """Take a deletion back."""
        reason = await _reason(request)
        await self._acts.disposing.take_back(actor_of(request), _share_id(request), _number(request), reason)
        return _done()

    async def close_case(self, request: web.Request) -> web.Response:
        """Close a case."""
        await self._acts.cases.close(actor_of(request), *await _case_and_reason(request))
        return _done()

    async def reopen_case(self, request: web.Request) -> web.Response:
        """Open it again."""
        await self._acts.cases.reopen(actor_of(request), *await _case_and_reason(request))
        return _done()


def _share_id(request: web.Request) -> str:
    return request.match_info["share_id"]


def _number(request: web.Request) -> int:
    return int(request.match_info["number"])


async def _reason(request: web.Request) -> str:
    fields = await read_object(request)
    reason = read_reason(fields)
    fields.done()
    return reason


async def _case_and_reason(request: web.Request) -> tuple[str, str]:
    fields = await read_object(request)
    case_number = fields.code("case_number", CASE_NUMBER_MAX_CHARS)
    reason = read_reason(fields)
    fields.done()
    return case_number, reason


def _done() -> web.Response:
    return web.json_response({"done": True})
