"""The hub's disk is full, really: what is refused says so, nothing half is kept, and all goes on when there is room."""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from hub.__main__ import main
from hub.db.faults import DISK_FULL, fault_of
from hub.enrollment import setup as enrollment_setup
from hub.kit.access import OPERATOR
from hub.publiclog.model import LogLeaf
from hub.shares.upload.limits import Limits
from milton_protocol import canonical
from tests.simulators.agency import enrol_body, running_agency
from tests.simulators.hub_bench import found_city, running_hub
from tests.simulators.hub_process import ended_hub, serving
from tests.simulators.live import live_statement
from tests.simulators.sealed_share import checksum

if TYPE_CHECKING:
    from milton_protocol.messages.requests.live import LiveStatement
    from tests.hub.faults.conftest import Disk
    from tests.simulators.agency import Agency

TRIES = 5
NO_RESERVE = Limits(disk_reserve_bytes=0)  # the hub's own reserve would refuse the share before the disk does


def lines_of(caplog: pytest.LogCaptureFixture, rule: str) -> list[str]:
    """Return the log's lines that name a rule."""
    return [each.getMessage() for each in caplog.records if rule in each.getMessage()]


async def test_an_upload_is_told_that_there_is_no_room_and_goes_on_from_where_it_was(
    disk: Disk, caplog: pytest.LogCaptureFixture
) -> None:
    """507 ``disk_full``; a piece with a checksum is not there at all; with room the share arrives, once."""
    async with running_hub(disk.folder, limits=NO_RESERVE) as bench:
        share = bench.share(clip=b"c" * 3_000_000)
        assert await bench.home.announce(share) == 201
        body = share.bodies["clip"]
        assert (await bench.home.patch(share, 0, body[:1000]))[0] == 204
        disk.fill()
        piece = body[1000:901_000]
        for headers in (checksum(piece), {}):
            status, _, answer = await bench.home.patch(share, 1000, piece, headers=headers)
            assert (status, json.loads(answer)["error"]) == (507, "disk_full")
            if headers:
                assert await bench.home.offset(share) == 1000
        assert await bench.events(share) == []
        disk.free()
        await bench.home.send(share)
        assert await bench.events(share) == ["received"]
    assert any("the disk is full" in line for line in lines_of(caplog, "disk_full"))
    assert [each for each in caplog.records if each.exc_info and each.levelno >= logging.ERROR] == []


async def test_a_new_share_is_refused_before_the_disk_is_full(disk: Disk) -> None:
    """The hub keeps its reserve for its database: 507 ``hub_full``, and the home tries again later."""
    async with running_hub(disk.folder) as bench:
        status, headers, answer = await bench.home.ask("POST", "/v1/shares", data=bench.share().envelope)
        assert (status, json.loads(answer)["error"]) == (507, "hub_full")
        assert int(headers["Retry-After"]) > 0


async def test_an_enrollment_that_found_no_room_has_not_used_the_code_up(
    disk: Disk, caplog: pytest.LogCaptureFixture
) -> None:
    """507, and the same code enrolls the same home when there is room."""
    async with running_agency(disk.folder) as agency:
        enrollment = enrollment_setup.build(agency.hub)
        async with agency.hub.database.session("test") as session:
            code = await enrollment.new_code(session, OPERATOR, cell="3414,-8430", at=agency.clock())
        body = canonical.encode(enrol_body(code, secrets.token_hex(16)))
        disk.fill()
        async with agency.session.post(f"{agency.homes_url}/v1/enrol", data=body) as answer:
            assert (answer.status, json.loads(await answer.read())["error"]) == (507, "disk_full")
        disk.free()
        async with agency.session.post(f"{agency.homes_url}/v1/enrol", data=body) as answer:
            assert answer.status == 200
    assert any(line.startswith("POST /v1/enrol: ") for line in lines_of(caplog, "disk_full"))


async def leaves(agency: Agency) -> int:
    """Count what the public log has."""
    async with agency.hub.database.reading() as session:
        return await session.scalar(select(func.count()).select_from(LogLeaf)) or 0


async def test_a_publication_that_found_no_room_is_not_half_in_public(
    disk: Disk, caplog: pytest.LogCaptureFixture
) -> None:
    """The officer reads what happened; nothing is in the log or before homes; later it is published, once."""
    async with running_agency(disk.folder) as agency:
        officer = await agency.desk("officer")
        request_id = (await officer.draft())["id"]
        assert (await officer.sign(request_id))[0] == 200
        before = await leaves(agency)
        disk.fill()
        status, answer = await officer.act(request_id, "publish")
        assert (status, answer["error"]) == (507, "disk_full")
        assert "disk is full" in answer["message"]
        assert (await officer.ask("GET", "/cosign"))[1]["error"] == "not_allowed"  # though no row can say so
        assert [each for each in caplog.messages if each.startswith("A refusal is not written down: the disk is full")]
        assert await leaves(agency) == before
        status, answer = await officer.ask("GET", f"/api/requests/{request_id}")
        assert (status, answer["state"]) == (200, "signed")
        disk.free()
        status, answer = await officer.act(request_id, "publish")
        assert (status, answer["state"]) == (200, "published")
        assert await leaves(agency) == before + 1
    assert lines_of(caplog, "disk_full")


async def failed_for_room(agency: Agency, disk: Disk) -> tuple[LiveStatement, Exception]:
    """Issue a statement on a full disk; return the one before, and what went wrong.

    A job that the hub's start began may end at the very moment, and leave room by it: then once more.
    """
    for _ in range(TRIES):
        before = await live_statement(agency.hub)
        disk.fill()
        try:
            await agency.hub.jobs.run_now("live")
        except Exception as error:  # noqa: BLE001 - what it is, is judged by who asks
            return before, error
    pytest.fail("there was room each time")


async def test_a_live_statement_that_found_no_room_is_issued_later_without_a_gap(disk: Disk) -> None:
    """The job fails as a full disk, homes keep the last statement, and the next one has the next number."""
    async with running_agency(disk.folder) as agency:
        before, failed = await failed_for_room(agency, disk)
        assert fault_of(failed) is DISK_FULL
        assert await live_statement(agency.hub) == before
        disk.free()
        await agency.hub.jobs.run_now("live")
        assert (await live_statement(agency.hub)).sequence == before.sequence + 1


async def test_a_hub_that_is_started_on_a_full_disk_says_so_and_ends(
    disk: Disk, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line and exit code 1, no traceback; with room it starts."""
    await asyncio.to_thread(found_city, disk.folder)
    disk.fill()
    assert await asyncio.to_thread(main, ["invite", str(disk.folder), "officer"]) == 1
    assert capsys.readouterr().err == "milton-hub: the disk is full: free some of it (disk_full)\n"
    async with ended_hub(disk.folder) as (code, told):
        assert (code, told) == (1, "milton-hub: the disk is full: free some of it (disk_full)\n")
    disk.free()
    async with serving(disk.folder):
        pass
