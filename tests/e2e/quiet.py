"""What must be quiet once people have done what they came for: the logs of both sides, and Home Assistant's repairs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .evidence import need

if TYPE_CHECKING:
    from .town import Town

AS_ROOT = "Mosquitto should not be run as root"  # the broker's word on who runs these tests, where it is root


async def need_quiet(town: Town) -> None:
    """Raise EvidenceError where either log has a warning of ours, or a repair waits.

    Home Assistant's has its detector's words on calls that block its loop too; the hub's whole log is its own.
    """
    ours = town.home.log_records("milton_share")
    need(not [record for record in ours if "has not been tested" not in record], "\n".join(ours))
    hubs = [record for record in town.city.log_records() if AS_ROOT not in record]
    need(not hubs, "\n".join(hubs))
    async with town.home.socket() as socket:
        issues = (await socket.command("repairs/list_issues"))["issues"]
    need(not [issue for issue in issues if issue["domain"] == "milton_share"], f"a repair waits: {issues}")
