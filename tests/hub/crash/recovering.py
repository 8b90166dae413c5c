"""A leg: the hub was stolen, and its keys are replaced."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.hub.crash.founding import hub_key, record_of

if TYPE_CHECKING:
    from tests.hub.crash.town import Town

NEW_LOG = "log-2.milton.example"


async def recover(town: Town) -> None:
    """Make new keys, have the root sign them, take its record; what was cut off is begun again."""
    if town.settings.log_origin != NEW_LOG:
        await town.command("recover", town.folder, "--log-origin", NEW_LOG)
    town.acknowledged("the log has a new name", lambda books: books.acts("hub.recovered") >= 1)
    draft, signed = town.folder / "draft.json", town.folder / "one.json"
    for path in (draft, signed):
        path.unlink(missing_ok=True)
    await town.command("record", "draft", town.folder, draft)
    await town.command("endorse", draft, signed, "--key", town.folder / "offline" / "root.key", "--yes")
    await town.command("take", town.folder, signed)
    town.acknowledged("homes are told of the new keys", lambda books: record_of(books).hub_key == hub_key(town))
