"""A leg: an auditor searches, and a flag leaves the hub."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.simulators.joining import proposal_of
from tests.simulators.webhook_peer import webhook_peer

if TYPE_CHECKING:
    from tests.hub.crash.town import Town


async def sit_down(town: Town) -> None:
    """Let an auditor join, and name where flags are told."""
    proposal = proposal_of(town.folder, "auditor", "auditor", badge="-")
    await town.command("directory", "sign", town.folder, "--yes", "--proposal", proposal)
    await town.sign_in("auditor")
    file = town.settings.folder / "hub.toml"
    url = f"http://127.0.0.1:{town.ports['webhook']}/in"
    file.write_text(f'{file.read_text()}\n[oversight]\nwebhook = "{url}"\n')


async def oversee(town: Town) -> None:
    """Search the trail; the city's program hears of the hub, and what it took stays told."""
    async with webhook_peer(town.ports["webhook"]):
        await town.open()
        status, found = await town.get("auditor", "/api/audit?action=request.")
        assert status == 200, found
        town.acknowledged("the search is a row", lambda books: books.acts("audit.searched", "trail") >= 1)
        if "told" not in town.known.done:
            await town.until(lambda books: "webhook" in books.told)
            town.known.done.add("told")
        town.acknowledged("the webhook was told", lambda books: "webhook" in books.told)
