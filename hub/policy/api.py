"""The JSON API of the agency's policy.

=======================================  =============================================================================
``POST /api/policy/proposals``           ``{"base", "reason", "numbers", "case_number", "offences"}``: propose, in
                                         place of version ``base``, these settings by their names, a pattern of case
                                         numbers or null, and offences that are added or changed (``{"code", "name",
                                         "urgent", "retired"}``); answers ``{"proposal_id"}``
``POST …/{id}/approve``                  another administrator's; answers ``{"done": true}``
``POST …/{id}/end``                      ``{"reason"}``: turn it down, or take one's own back
=======================================  =============================================================================

A reason has 4 to 500 characters. Each may be repeated.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from aiohttp import web

from hub.policy import routes
from hub.policy.offenses import Offense
from hub.policy.repository import versions
from hub.policy.rules import CASE_NUMBER_PATTERN_MAX_CHARS, OFFENSES_MAX
from hub.policy.service import Proposed
from hub.policy.settings import SETTINGS
from hub.web.actor import actor_of
from hub.web.bodies import read_object, read_reason
from hub.web.routing import add_routes
from milton_protocol.limits import INTEGER_MAX, OFFENCE_CODE_MAX_CHARS, OFFENCE_NAME_MAX_CHARS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp.typedefs import Handler

    from hub.policy.repository import Versions
    from hub.policy.service import PolicyChanges
    from hub.policy.values import Policy
    from hub.web.context import Hub
    from hub.web.routing import Route
    from milton_protocol.fields import Fields

NUMBER_MAX = 10**9  # the policy refuses what is too much, by name


class PolicyApi:
    """The handlers of one hub."""

    def __init__(self, hub: Hub, changes: PolicyChanges) -> None:
        """Keep what the handlers need."""
        self._hub = hub
        self._changes = changes

    def handlers(self) -> Mapping[Route, Handler]:
        """Return what answers each route of the officers' application."""
        return {routes.PROPOSE: self.propose, routes.APPROVE: self.approve, routes.END: self.end}

    async def propose(self, request: web.Request) -> web.Response:
        """Propose a change."""
        change = Change(await read_object(request))
        async with self._hub.database.session("policy.proposed") as session:
            proposed = change.of(await versions(session))
            proposal_id = await self._changes.propose(session, actor_of(request), proposed, self._hub.clock())
        return web.json_response({"proposal_id": proposal_id})

    async def approve(self, request: web.Request) -> web.Response:
        """Put a proposal in force."""
        proposal_id = request.match_info["proposal_id"]
        async with self._hub.database.session("policy.approved") as session:
            await self._changes.approve(session, actor_of(request), proposal_id, self._hub.clock())
        return web.json_response({"done": True})

    async def end(self, request: web.Request) -> web.Response:
        """Turn a proposal down, or take it back."""
        fields, proposal_id = await read_object(request), request.match_info["proposal_id"]
        reason = read_reason(fields)
        fields.done()
        async with self._hub.database.session("policy.ended") as session:
            await self._changes.end(session, actor_of(request), proposal_id, reason, self._hub.clock())
        return web.json_response({"done": True})


class Change:
    """A change as a page sends it; raises ProtocolError for what none does."""

    def __init__(self, fields: Fields) -> None:
        """Read ``fields`` to their end."""
        self._base = fields.integer("base", 0, INTEGER_MAX)
        self._reason = read_reason(fields)
        numbers = fields.child("numbers")
        known = [each.name for each in SETTINGS if each.name in numbers.names()]
        self._numbers = {name: numbers.integer(name, 0, NUMBER_MAX) for name in known}
        numbers.done()
        self._case_number = fields.optional(
            "case_number", lambda name: fields.text(name, CASE_NUMBER_PATTERN_MAX_CHARS)
        )
        self._offences = fields.objects("offences", 0, OFFENSES_MAX, _read_offence)
        fields.done()

    def of(self, known: Versions) -> Proposed:
        """Return the whole policy that it makes of its base; of one that is not there, of the one in force."""
        old = next((each.policy for each in known.all if each.number == self._base), known.current)
        return Proposed(base=self._base, policy=self._changed(old), reason=self._reason)

    def _changed(self, old: Policy) -> Policy:
        changed = {offence.code: offence for offence in self._offences}
        kept = [changed.pop(each.code, each) for each in old.offences]
        case_number = old.case_number if self._case_number is None else self._case_number
        return replace(old, case_number=case_number, offences=(*kept, *changed.values()), **self._numbers)


def _read_offence(fields: Fields) -> Offense:
    return Offense(
        code=fields.text("code", OFFENCE_CODE_MAX_CHARS),
        name=fields.text("name", OFFENCE_NAME_MAX_CHARS),
        urgent=fields.boolean("urgent"),
        retired=fields.boolean("retired"),
    )


def setup(hub: Hub, changes: PolicyChanges) -> None:
    """Add the routes to the officers' application."""
    add_routes(hub.officers, PolicyApi(hub, changes).handlers())
