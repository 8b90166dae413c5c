"""One's own entries: listed, put, confirmed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from hub.community import routes
from hub.community.guard import account_of_request
from hub.community.registry.entries import Put, confirm, entries_of, put_entry
from hub.community.registry.places import require_in_city
from hub.kit.errors import HubError
from hub.web.bodies import read_object
from milton_protocol.base64_text import standard_base64
from milton_protocol.canonical import encode
from milton_protocol.messages.homes.camera_entry import open_camera_entry
from milton_protocol.times import format_time

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aiohttp.typedefs import Handler

    from hub.community.context import Community
    from hub.community.registry.entries import Moment
    from hub.community.registry.model import Entry
    from hub.web.routing import Route
    from milton_protocol.canonical import JsonValue


class RegistryApi:
    """The handlers; ``erased`` is called after a place was overwritten."""

    def __init__(self, community: Community, now: Callable[[], Moment], erased: Callable[[], None]) -> None:
        """Keep what the handlers use."""
        self._community, self._now, self._erased = community, now, erased

    def handlers(self) -> Mapping[Route, Handler]:
        """Return what answers each route."""
        return {routes.ENTRIES: self.entries, routes.PUT_ENTRY: self.put, routes.CONFIRM_ENTRY: self.confirm}

    async def entries(self, request: web.Request) -> web.Response:
        """Answer the account's entries, erased ones among them, and the number of the next."""
        async with self._community.database.reading() as session:
            rows = await entries_of(session, account_of_request(request))
        next_number = rows[-1].number + 1 if rows else 1
        return _answer({"entries": [_value(row) for row in rows], "next_number": next_number})

    async def put(self, request: web.Request) -> web.Response:
        """Create, replace or erase the entry, which its own key signed."""
        put, account_id = Put.of(await read_object(request)), account_of_request(request)
        entry = open_camera_entry(put.envelope, self._community.settings.agency_id)
        if entry.entry_id != request.match_info["id"]:
            rule = "entry_differs"
            raise HubError(rule, web.HTTPBadRequest.status_code, "The entry's key gives it another id.")
        require_in_city(entry.place, (await self._community.city.record()).jurisdiction)
        async with self._community.database.session("community.entry_put") as session:
            row = await put_entry(session, account_id, put, entry, self._now())
            value = _value(row)
        self._erased()
        return _answer(value)

    async def confirm(self, request: web.Request) -> web.Response:
        """Keep an entry for another year."""
        account_id = account_of_request(request)
        async with self._community.database.session("community.entry_confirmed") as session:
            value = _value(await confirm(session, account_id, request.match_info["id"], self._now()))
        return _answer(value)


def _value(row: Entry) -> dict[str, JsonValue]:
    return {
        "id": row.entry_id,
        "number": row.number,
        "envelope": None if row.envelope is None else standard_base64(row.envelope),
        "state": row.state,
        "confirm_by": None if row.confirm_by is None else row.confirm_by.isoformat(),
        "erased_at": None if row.erased_at is None else format_time(row.erased_at.replace(microsecond=0)),
    }


def _answer(value: dict[str, JsonValue]) -> web.Response:
    return web.Response(body=encode(value), content_type="application/json")
