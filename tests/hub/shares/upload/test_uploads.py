"""Shares by resumable upload, against a real hub over real HTTP."""

from __future__ import annotations

import asyncio
import json
import logging
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, text

from hub.audit.model import AuditRow
from hub.enrollment.model import Home
from hub.requests.model import RequestRow
from hub.requests.states import State
from hub.shares.record.model import SharePartRow
from hub.shares.upload.staging import Staging
from milton_protocol.messages.homes.answers import ShareAnswer
from tests.simulators.sealed_share import checksum

if TYPE_CHECKING:
    from tests.simulators.hub_bench import HubBench


async def test_a_share_is_received_once_every_body_is_durable(bench: HubBench) -> None:
    """The receipt comes with the last byte, opens with the share's own key, and the bodies are in the blob store."""
    share = bench.share()
    assert await bench.home.announce(share) == 201
    body = share.bodies["clip"]
    status, headers, _ = await bench.home.patch(share, 0, body, headers=checksum(body))
    assert (status, headers["Upload-Offset"], headers["Tus-Resumable"]) == (204, str(len(body)), "1.0.0")
    assert await bench.events(share) == []
    manifest = share.bodies["manifest"]
    assert (await bench.home.patch(share, 0, manifest, name="manifest"))[0] == 204
    (receipt,) = await bench.receipts(share)
    assert (receipt.event.value, receipt.sequence, receipt.by) == ("received", 1, None)
    stored = bench.settings.folder / "blobs" / "shares" / share.share.share_id
    assert {path.name: path.read_bytes() for path in stored.iterdir()} == share.bodies
    assert list(bench.settings.staging_folder.iterdir()) == []


async def test_the_answer_names_where_each_body_goes(bench: HubBench) -> None:
    """The uploads are made by the announcement; a client may start with HEAD."""
    share = bench.share()
    status, _, answer = await bench.home.ask("POST", "/v1/shares", data=share.envelope)
    assert status == 201
    assert ShareAnswer.from_bytes(answer).uploads == {name: share.url(name) for name in ("clip", "manifest")}
    assert await bench.home.offset(share) == 0


async def test_an_upload_goes_on_where_it_was_cut(bench: HubBench) -> None:
    """HEAD gives the durable offset and a piece at another offset is refused with the right one."""
    share = bench.share()
    await bench.home.announce(share)
    body = share.bodies["clip"]
    await bench.home.patch(share, 0, body[:100_000])
    assert await bench.home.offset(share) == 100_000
    status, headers, _ = await bench.home.patch(share, 0, body[:1000])
    assert (status, headers["Upload-Offset"]) == (409, "100000")
    await bench.home.send(share)
    assert await bench.events(share) == ["received"]


async def test_a_connection_that_ends_within_a_piece_is_no_error_of_the_hub(
    bench: HubBench, caplog: pytest.LogCaptureFixture
) -> None:
    """The upload goes on from what the hub has, and its log stays quiet."""
    share = bench.share()
    await bench.home.announce(share)
    await bench.home.patch_and_cut(share, share.bodies["clip"][:50_000], announced_bytes=100_000)
    for _ in range(200):
        if (await bench.home.patch(share, await bench.home.offset(share), b""))[0] != 423:  # still held
            break
        await asyncio.sleep(0.02)
    await bench.home.send(share)
    assert await bench.events(share) == ["received"]
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []


async def test_repeats_change_nothing_and_get_the_same_answer(bench: HubBench) -> None:
    """The same share again is 200, a finished body is whole, and there is one receipt."""
    share = bench.share()
    await bench.home.send(share)
    await bench.home.send(share)
    assert await bench.home.announce(share) == 200
    assert await bench.home.offset(share) == len(share.bodies["clip"])
    status, headers, _ = await bench.home.patch(share, len(share.bodies["clip"]), b"")
    assert (status, headers["Upload-Offset"]) == (204, str(len(share.bodies["clip"])))
    assert await bench.events(share) == ["received"]


async def test_a_terminated_upload_is_gone_until_it_is_made_again(bench: HubBench) -> None:
    """DELETE, then HEAD says 404; POST makes it again, empty."""
    share = bench.share()
    await bench.home.announce(share)
    await bench.home.patch(share, 0, share.bodies["clip"][:5000])
    assert (await bench.home.ask("DELETE", share.url(), headers=share.tus))[0] == 204
    assert (await bench.home.ask("HEAD", share.url(), headers=share.tus))[0] == 404
    size = len(share.bodies["clip"])
    wrong = await bench.home.ask("POST", share.url(), headers=share.tus | {"Upload-Length": str(size + 1)})
    assert wrong[0] == 400
    status, headers, _ = await bench.home.ask("POST", share.url(), headers=share.tus | {"Upload-Length": str(size)})
    assert (status, headers["Location"]) == (201, share.url())
    assert await bench.home.offset(share) == 0
    await bench.home.send(share)
    assert await bench.events(share) == ["received"]


async def test_a_stored_body_is_terminated_by_one_at_a_time(bench: HubBench) -> None:
    """Whoever makes it again meanwhile waits for the end of the termination, so no new byte is dropped with it."""
    share = bench.share()
    await bench.home.announce(share)
    body = share.bodies["manifest"]
    staging = Staging(bench.settings.staging_folder)
    blob = bench.settings.folder / "blobs" / "shares" / share.share.share_id / "manifest"
    assert (await bench.home.patch(share, 0, body, name="manifest"))[0] == 204
    staging.create(share.share.share_id, "manifest")  # as a termination that is under way does
    other = staging.open(share.share.share_id, "manifest")
    status, _, answer = await bench.home.ask("DELETE", share.url("manifest"), headers=share.tus)
    assert (status, json.loads(answer)["error"]) == (423, "upload_locked")
    assert blob.exists()
    other.close()
    make = share.tus | {"Upload-Length": str(len(body))}
    for _ in range(8):
        dropping = asyncio.create_task(bench.home.ask("DELETE", share.url("manifest"), headers=share.tus))
        while not dropping.done():
            await bench.home.ask("POST", share.url("manifest"), headers=make)
            await bench.home.patch(share, 0, body, name="manifest")
        assert (await dropping)[0] == 204
        await bench.home.ask("POST", share.url("manifest"), headers=make)
        if await bench.home.offset(share, "manifest") == 0:
            assert (await bench.home.patch(share, 0, body, name="manifest"))[0] == 204
        assert blob.exists()
    await bench.home.send(share)
    assert await bench.events(share) == ["received"]


async def test_after_the_receipt_only_a_withdrawal_takes_the_bytes_back(bench: HubBench) -> None:
    """Termination is for unfinished uploads."""
    share = bench.share()
    await bench.home.send(share)
    status, _, answer = await bench.home.ask("DELETE", share.url(), headers=share.tus)
    assert (status, json.loads(answer)["error"]) == (409, "already_received")
    assert list(Staging(bench.settings.staging_folder).names()) == []


async def test_a_client_learns_what_the_server_can_do(bench: HubBench) -> None:
    """OPTIONS names version, extensions and the checksum."""
    share = bench.share()
    status, headers, _ = await bench.home.ask("OPTIONS", share.url())
    assert status == 204
    assert headers["Tus-Version"] == "1.0.0"
    assert headers["Tus-Extension"] == "creation,termination,checksum"
    assert headers["Tus-Checksum-Algorithm"] == "sha256"


@pytest.mark.parametrize("state", [State.WITHDRAWN, State.EXPIRED, State.RESOLVED, State.DRAFTED])
async def test_a_request_that_is_not_open_takes_no_share(bench: HubBench, state: State) -> None:
    """410 by state; a share that was announced before goes on."""
    earlier, later = bench.share(), bench.share()
    await bench.home.announce(earlier)
    async with bench.hub.database.session("test") as session:
        row = await session.scalar(select(RequestRow))
        assert row is not None
        row.state = state
    status, _, answer = await bench.home.ask("POST", "/v1/shares", data=later.envelope)
    assert (status, json.loads(answer)["error"]) == (410, "request_closed")
    await bench.home.send(earlier)
    assert await bench.events(earlier) == ["received"]


async def test_a_request_takes_no_share_after_its_expiry(bench: HubBench) -> None:
    """410 by the clock, also before the job has noticed."""
    bench.clock.ahead = timedelta(days=7)
    assert await bench.home.announce(bench.share()) == 410


async def test_whole_bodies_that_were_not_counted_are_finished_at_the_next_start(bench: HubBench) -> None:
    """A kill between the last byte and the receipt costs nothing."""
    share = bench.share()
    await bench.home.announce(share)
    await bench.home.patch(share, 0, share.bodies["manifest"], name="manifest")
    staged = bench.settings.staging_folder / f"{share.share.share_id}.clip"
    staged.write_bytes(share.bodies["clip"])
    for lifetime in bench.hub.lifetimes:
        async with lifetime():
            pass
    assert await bench.events(share) == ["received"]


async def test_asking_for_the_offset_of_a_whole_body_finishes_it(bench: HubBench) -> None:
    """The home that asks again gets its receipt without sending a byte twice."""
    share = bench.share()
    await bench.home.announce(share)
    await bench.home.patch(share, 0, share.bodies["manifest"], name="manifest")
    (bench.settings.staging_folder / f"{share.share.share_id}.clip").write_bytes(share.bodies["clip"])
    assert await bench.home.offset(share) == len(share.bodies["clip"])
    assert await bench.events(share) == ["received"]


async def test_two_homes_upload_at_once_and_each_gets_its_own_receipt(bench: HubBench) -> None:
    """Uploads don't wait for one another."""
    shares = [bench.share(clip=bytes([number]) * 700_000) for number in range(6)]
    homes = [await bench.new_home() for _ in shares]
    await asyncio.gather(*(home.send(share) for home, share in zip(homes, shares, strict=True)))
    for share in shares:
        assert await bench.events(share) == ["received"]


async def test_no_row_joins_a_share_to_a_home(bench: HubBench, caplog: pytest.LogCaptureFixture) -> None:
    """Neither table, log nor audit trail has anything of the home beside a share."""
    caplog.set_level(logging.INFO)  # as much as `serve --verbose` writes
    share = bench.share()
    await bench.home.send(share)
    async with bench.hub.database.reading() as session:
        (home,) = (await session.scalars(select(Home))).all()
        secrets = (home.home_id, home.token_sha256, home.mqtt_username)
        tables = (await session.scalars(text("select name from sqlite_master where type = 'table'"))).all()
        for table in tables:
            for row in await session.execute(text(f'select * from "{table}"')):  # noqa: S608 - names of our own schema
                values = " ".join(str(value) for value in row)
                assert not (share.share.share_id in values and any(secret in values for secret in secrets))
        trail = (await session.scalars(select(AuditRow).where(AuditRow.action == "share.received"))).all()
    assert [(row.actor, row.subject) for row in trail] == [("home", share.share.share_id)]
    assert share.share.share_id not in caplog.text


async def test_a_part_is_noted_as_stored_when_it_is(bench: HubBench) -> None:
    """The database says since when each body is durable."""
    share = bench.share()
    await bench.home.send(share)
    async with bench.hub.database.reading() as session:
        rows = (await session.scalars(select(SharePartRow).order_by(SharePartRow.name))).all()
    assert [(row.name, row.stored_at is not None) for row in rows] == [("clip", True), ("manifest", True)]
