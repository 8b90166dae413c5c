"""What a passkey's answer leaves behind at the hub, for people whose desk has no passkey."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from aiohttp.web_urldispatcher import DynamicResource, PlainResource

from hub.identity.passkeys.reverify import HEADER, Intent, challenges
from hub.web.routing import Route
from tests.simulators.hub_routes import route_modules

if TYPE_CHECKING:
    from datetime import datetime

    from hub.db.engine import Database


@cache
def fresh_entries() -> tuple[Route, ...]:
    """Return every route for which a passkey is proven again."""
    found = [each for _, module in route_modules() for each in vars(module).values() if isinstance(each, Route)]
    return tuple(entry for entry in found if entry.fresh)


def intent_of(token: str, method: str, path: str) -> Intent:
    """Return what the holder of a session means by a call: the act and the ids of its path."""
    for entry in fresh_entries():
        info = (DynamicResource if "{" in entry.path else PlainResource)(entry.path).get_info()
        match = info["pattern"].fullmatch(path) if "pattern" in info else None
        if entry.method == method and (match or info.get("path") == path):
            return Intent(token=token, act=entry.fresh, subject="/".join(match.groups() if match else ()))
    raise LookupError(path)


async def prove(database: Database, secret: bytes, intent: Intent, at: datetime) -> dict[str, str]:
    """Put a proof into a hub's database; return the header that brings it."""
    begun = challenges(secret).begin(at, intent.about)
    async with database.session("test") as session:
        await challenges(secret).use_up(session, begun, at)
    return {HEADER: begun.ceremony_id}
