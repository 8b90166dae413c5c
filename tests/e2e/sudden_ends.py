"""kill -9 of the broker, the hub, the cutting child and Home Assistant in the middle of a share: it arrives once.

What is killed is started again in the same folder and on the same ports. The long form, with each durable step and
random moments, is `tests/long/test_both_real.py`.
"""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import aiohttp

from .check import check_request, check_share
from .evidence import need
from .journey import approve, draft, look, moment, open_share, receipt
from .processes import StepError, children_of, command_of, kill_if, until

if TYPE_CHECKING:
    from .journey import Found
    from .officer_calls import OfficerCalls
    from .owner import Owner
    from .steps import Steps
    from .town import Town

CUTTER = "clips.child import main"  # in its command
STARTS_WITHIN_S, RUNS_WITHIN_S = 30.0, 120.0


async def share_through_kills(town: Town, owner: Owner, officer: OfficerCalls, found: Found, steps: Steps) -> None:
    """Let an owner share something while everything is killed once, and check what came of it from outside."""
    with steps.step("the broker is killed, a request published, the hub killed once it has said so: it comes"):
        if town.city.broker:
            await town.city.broker_up()
            need(town.city.kill_broker(), "there is no broker to kill")
        found.request_id = await officer.ask({**draft(datetime.now(UTC)), "case_number": "26-018453"})
        await _kill_hub(town)
        await town.city.serve()
        otherwise = "the request did not reach the home"
        request = await owner.request(found.request_id, lambda each: bool(each["cases"]), otherwise)
        held = await owner.request(found.request_id, _has_footage, "no footage is held")
    case = held["cases"][0]
    with steps.step("the child that cuts is killed, and the next one cuts"):
        await _look_twice(town, owner, case)
        shown = await owner.request(found.request_id, lambda each: each["cases"][0]["clip"] is not None, "no clip")
        clip = shown["cases"][0]["clip"]
        found.from_, found.until = moment(clip["from"]), moment(clip["until"])
        found.approved_sha256 = clip["clip_sha256"]
        found.keep("preview.mp4", await owner.preview(case["case_id"], clip["preview_sha256"] or clip["clip_sha256"]))
    with steps.step("the hub is killed, the owner approves, Home Assistant is killed, both start: it is receipted"):
        await _kill_hub(town)
        await approve(owner, case["case_id"], clip["clip_sha256"], request["recipients_sha256"])
        await town.home.child.kill()
        await town.city.serve()
        await _start_home(town)
        await receipt(owner, found, "received")
    await open_share(officer, found, town.city.identity_file("officer"), steps)
    with steps.step("check: whole, and everything once"):
        check_share(found, check_request(found))
        await _need_once(town, owner, officer, found)


def _has_footage(request: dict[str, object]) -> bool:
    return request["cases"][0]["footage_until"] is not None


async def _kill_hub(town: Town) -> None:
    need(town.city.child is not None, "there is no hub")
    if town.city.child is not None:
        await town.city.child.kill()


async def _look_twice(town: Town, owner: Owner, case: dict[str, object]) -> None:
    """Kill the child that cuts, as soon as there is one; look again."""
    looking = asyncio.create_task(look(owner, case, audio=True))

    def is_cutter(pid: int) -> bool:
        return CUTTER in command_of(pid)

    async def killed() -> bool:
        return any(kill_if(pid, is_cutter) for pid in children_of(town.home.child.pid))

    await until(killed, STARTS_WITHIN_S, "no child cuts", every_s=0.005)
    try:
        await looking
    except StepError as error:
        need("cut_failed" in str(error), f"the owner is told something else: {error}")
    else:
        need(False, "a clip was shown whose child was killed")  # noqa: FBT003 - what is needed is that it fails
    await look(owner, case, audio=True)


async def _start_home(town: Town) -> None:
    await town.home.start_again()

    async def running() -> bool:
        try:
            return bool((await town.home.get("/api/config"))["state"] == "RUNNING")
        except (StepError, aiohttp.ClientError):
            return False

    await until(running, RUNS_WITHIN_S, "Home Assistant does not run again")


async def _need_once(town: Town, owner: Owner, officer: OfficerCalls, found: Found) -> None:
    """Count entries in the public log, shares at the hub, cases and receipts at home."""
    with closing(sqlite3.connect(f"file:{town.city.folder / 'hub' / 'hub.sqlite'}?mode=ro", uri=True)) as connection:
        query = "SELECT count(*) FROM log_leaf WHERE instr(leaf, ?)"
        (leaves,) = connection.execute(query, (found.request_id.encode(),)).fetchone()
    need(leaves == 1, f"the public log has the request {leaves} times")
    shares = (await officer.call("GET", f"/api/shares?request={found.request_id}"))["shares"]
    need([each["share_id"] for each in shares] == [found.share_id], "the hub has another share, or two")
    shown = [each for each in (await owner.state())["requests"] if each["request_id"] == found.request_id]
    need(len(shown) == 1, "the home shows the request twice")
    need(len(shown[0]["cases"]) == 1, "the home has two cases of one camera")
    told = [each["event"] for each in shown[0]["cases"][0]["share"]["receipts"]]
    need(told.count("received") == 1, f"the receipts at home are {told}")
