"""What a person's browser gets of a page, and what it costs the hub."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import event

from hub.identity.sessions.guard import COOKIE

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from hub.db.engine import Database
    from tests.simulators.agency import Desk


async def look(desk: Desk, path: str) -> tuple[int, Mapping[str, str], str]:
    """Return status, headers and text of a page."""
    headers = {"Accept": "text/html", "Cookie": f"{COOKIE}={desk.cookie}"}
    url = desk.agency.officers_url + path
    async with desk.agency.session.get(url, headers=headers, allow_redirects=False) as answer:
        return answer.status, answer.headers, await answer.text()


async def queries_of(database: Database, act: Callable[[], Awaitable[object]]) -> int:
    """Return how many SELECTs the hub's requests in ``act`` took; the hub's own jobs ask for leases meanwhile."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith("SELECT") and "job_lease" not in statement:
            asked.append(statement)

    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    try:
        await act()
    finally:
        event.remove(database.engine.sync_engine, "before_cursor_execute", note)
    return len(asked)
