"""Restarts, reloads, an entry that is removed and added again: in the middle of everything that a home does."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from custom_components.milton_share.errors import MiltonShareError
from custom_components.milton_share.shared.milton_protocol.sealing.age import open_sealed
from custom_components.milton_share.storage.paths import private_folder
from tests.cases import in_ci
from tests.milton_share.conftest import PIN, Home, join
from tests.simulators.city import age_identity
from tests.simulators.hub import CODES

if TYPE_CHECKING:
    from homeassistant.core import HomeAssistant

    from custom_components.milton_share.cases.model import CaseView

pytestmark = pytest.mark.usefixtures("recorded")


async def receipted_once(home: Home, case: CaseView) -> None:
    """Wait for the receipt; one share, one receipt, the very bytes that were looked at."""
    await home.until(lambda: home.case(case.request_id).state == "receipted", 30)
    (share_id,) = home.hub.shares
    assert len(home.hub.receipts[share_id]) == 1
    assert len({call.body for call in home.hub.calls if call.path == "/v1/shares"}) == 1
    assert case.clip is not None
    clip = open_sealed(home.hub.file(share_id, "clip"), age_identity("custodian-1"))
    assert hashlib.sha256(clip).hexdigest() == case.clip.clip_sha256


async def look(home: Home, case: CaseView) -> None:
    """Cut all the footage that there is."""
    assert case.footage_from is not None
    assert case.footage_until is not None
    await home.panel.review.look(home.owner.session, case.case_id, case.footage_from, case.footage_until, audio=False)


async def test_a_reload_while_footage_is_being_held_holds_it_afterwards(home: Home) -> None:
    """Right after the request came, before anybody looked at what became of it."""
    told: list[int] = []
    await home.place_camera()
    request_id = await home.receive()
    await home.restart()
    home.coordinator.on_request(lambda: told.append(1))
    await home.until(lambda: home.request(request_id) and home.case(request_id).state == "held")
    assert len(told) <= 1


async def test_a_reload_while_a_clip_is_cut_ends_the_cut_and_leaves_nothing(home: Home) -> None:
    """Who waited for it is told; no process goes on, no half clip is left, and it can be cut again."""
    await home.place_camera()
    case = await home.held()
    cut = asyncio.create_task(look(home, case))
    await home.until(lambda: home.case(case.request_id).cutting is not None)
    await home.restart()
    with pytest.raises(MiltonShareError, match="not_enrolled"):
        await cut
    folder = private_folder(home.hass).root / "clips"
    assert not await asyncio.to_thread(lambda: [*folder.rglob("*.mp4")])
    await home.until(lambda: home.request(case.request_id) and home.case(case.request_id).state == "held")
    await look(home, case)
    assert home.case(case.request_id).state == "reviewing"


async def test_a_reload_in_the_moment_of_an_approval_loses_or_keeps_it_whole(home: Home) -> None:
    """Either the approver is told that it failed, and nothing was approved; or it goes out, once."""
    await home.place_camera()
    case = await home.looked_at()
    approval = asyncio.create_task(home.approve(case))
    await asyncio.sleep(0)
    await home.restart()
    failed = (await asyncio.gather(approval, return_exceptions=True))[0]
    await home.until(lambda: home.request(case.request_id) is not None)
    if isinstance(failed, BaseException):
        assert home.case(case.request_id).state == "reviewing"
        assert home.hub.shares == {}
        await home.approve(case)
    await receipted_once(home, case)


async def test_a_reload_while_a_share_is_sent_goes_on_with_it(home: Home) -> None:
    """After the announcement, in the middle of a piece."""
    await home.place_camera()
    case = await home.looked_at()
    home.hub.pause = asyncio.Event()
    await home.approve(case)
    await home.until(lambda: any(call.method == "PATCH" for call in home.hub.calls))
    await home.restart()
    home.hub.pause.set()
    home.hub.pause = None
    await receipted_once(home, case)


async def test_ten_reloads_in_a_row_end_in_one_home(home: Home) -> None:
    """While requests come and a share is on its way; no task and no recording of an earlier one is left."""
    await home.place_camera()
    case = await home.looked_at()
    await home.approve(case)
    for number in range(10):
        home.hub.city.publish(reason=f"Dwelling number {number} was entered the same night.")
        home.hub.publish()
        await home.restart()
    await receipted_once(home, case)
    await home.until(lambda: home.state().snapshot.open_requests == 11)
    names = [task.get_name() for task in asyncio.all_tasks()]
    for part in ("feed", "scheduler", "outbox", "listener"):
        assert names.count(f"milton_share {part}") == 1
    assert names.count("recorder watch") == 1


@pytest.mark.parametrize(
    "moment", in_ci(["held", "cutting", "looked at", "sending", "receipted"], ["cutting", "sending"])
)
async def test_a_home_that_leaves_in_the_middle_leaves_nothing_and_can_join_again(home: Home, moment: str) -> None:
    """The hub is told as leaving does, all is wiped, and the new enrollment knows nothing of the old one."""
    hass = home.hass
    await home.place_camera()
    case = await (home.held() if moment in {"held", "cutting"} else home.looked_at())
    cut: asyncio.Task[None] | None = None
    if moment == "cutting":
        cut = asyncio.create_task(look(home, case))
        await home.until(lambda: home.case(case.request_id).cutting is not None)
    if moment == "sending":
        home.hub.pause = asyncio.Event()
    if moment in {"sending", "receipted"}:
        await home.approve(case)
    if moment == "sending":
        await home.until(lambda: any(call.method == "PATCH" for call in home.hub.calls))
    if moment == "receipted":
        await home.until(lambda: home.case(case.request_id).state == "receipted")
    assert await hass.config_entries.async_remove(home.entry.entry_id)
    if cut is not None:
        with pytest.raises(MiltonShareError, match="not_enrolled"):
            await cut
    assert home.hub.left
    assert await _left_behind(hass) == []
    if home.hub.pause is not None:
        home.hub.pause.set()
        home.hub.pause = None
    home.entry = await join(hass, home.hub, CODES[1])
    await home.until(lambda: home.request(case.request_id) is not None)
    assert home.request(case.request_id).cases == ()
    assert home.panel.approver_for(home.owner.session).has_pin
    sent = len(home.hub.shares)
    await home.receive(reason="Another dwelling was entered the same night.")
    await home.until(lambda: home.state().snapshot.open_requests == 2)
    assert len(home.hub.shares) == sent


async def test_leaving_while_a_withdrawal_waits_for_the_hub_asks_it_no_more(home: Home) -> None:
    """Who leaves before the hub answered is asked nothing any more; the hub keeps what it has."""
    await home.place_camera()
    case = await home.looked_at()
    share_id = await home.approve(case)
    await home.until(lambda: home.case(case.request_id).state == "receipted")
    home.hub.answers["/v1/withdrawals"] = [(503, "busy")] * 100
    await home.panel.shares.withdraw(home.owner.session, share_id, PIN)
    await home.until(lambda: any(call.path == "/v1/withdrawals" for call in home.hub.calls))
    assert await home.hass.config_entries.async_remove(home.entry.entry_id)
    asked = len(home.hub.calls)
    await asyncio.sleep(0.5)
    assert len(home.hub.calls) == asked
    assert home.hub.withdrawn == []


async def _left_behind(hass: HomeAssistant) -> list[str]:
    found = await hass.async_add_executor_job(lambda: [*Path(hass.config.config_dir).rglob("*milton*")])
    return [path.name for path in found]
