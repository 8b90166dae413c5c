"""What officers' browsers check a share's request by: the messages of the time when it was published."""

from __future__ import annotations

import asyncio
import base64
import json
from typing import TYPE_CHECKING

from sqlalchemy import select

from hub.access import Role
from hub.enrolment.keys import ROUNDED_TO
from hub.enrolment.model import Home
from milton_protocol.base64_text import b64, read_b64
from milton_protocol.messages.bundle import Bundle
from tests.hub.custody.desks import received
from tests.simulators.agency import sign_into_directory, signers_passkeys
from tests.simulators.answered import answered_agency
from tests.simulators.hub_bench import seed_home

if TYPE_CHECKING:
    from pathlib import Path

    from tests.simulators.hub_bench import HubBench


async def test_a_browser_gets_what_homes_were_sent_and_no_later_directory(tmp_path: Path) -> None:
    """Record, directory, assertions and log proof, byte for byte, also after the directory was signed anew."""
    async with answered_agency(tmp_path) as town:
        agency, path = town.agency, f"/api/shares/{town.share.share.share_id}/proofs"
        async with agency.hub.database.reading() as session:
            sent = await agency.directory.envelopes(session)
            bundle = await agency.hub.topics.get(session, f"requests/{town.request_id}")
        assert bundle is not None
        for _ in range(2):
            status, said = await town.desks[Role.OFFICER].ask("GET", path)
            assert status == 200
            assert base64.b64decode(said["city_record"]) == sent.city_record
            assert base64.b64decode(said["directory"]) == sent.directory
            assert said["root_public_key"] == b64(agency.directory.root_public_key)
            assert said["assertions"] == [dict(each.value()) for each in Bundle.from_bytes(bundle).assertions]
            assert said["log_proof"] == Bundle.from_bytes(bundle).log_proof
            await asyncio.to_thread(sign_into_directory, tmp_path, *signers_passkeys(agency.settings).values())
        async with agency.hub.database.reading() as session:
            assert (await agency.directory.envelopes(session)).directory != sent.directory


async def test_homes_keys_are_there_and_one_answer_counts_no_homes(bench: HubBench) -> None:
    """As many keys for one home as for three, the same each time; each home's is among them, one that left is not."""
    custody = await received(bench)
    first, before = await keys_of(bench, custody.path), await enrolled(bench)
    assert len(first) == ROUNDED_TO
    assert before < first
    for _ in range(2):
        await seed_home(bench.hub.database)
    second, homes = await keys_of(bench, custody.path), await enrolled(bench)
    assert len(second) == ROUNDED_TO
    assert homes < second
    assert len(homes) == len(before) + 2
    assert len(first & second) == ROUNDED_TO - 2
    async with bench.hub.database.session("test") as session:
        row = (await session.scalars(select(Home).where(Home.device_key.in_(homes - before)))).first()
        assert row is not None
        gone, row.device_key, row.left_at = row.device_key, b"", bench.clock()
    third = await keys_of(bench, custody.path)
    assert (len(third), len(third - second), gone in third) == (ROUNDED_TO, 1, False)


async def test_two_answers_tell_how_many_homes_joined_between_them(bench: HubBench) -> None:
    """Not stopped, and said so: their keys are the new ones. Whose they are, the hub does not say."""
    custody = await received(bench)
    first, before = await keys_of(bench, custody.path), await enrolled(bench)
    await seed_home(bench.hub.database)
    assert await keys_of(bench, custody.path) - first == await enrolled(bench) - before


async def keys_of(bench: HubBench, path: str) -> frozenset[bytes]:
    """Return the keys that the officer's browser is given; they are sorted."""
    _, _, answer = await bench.officer_asks(await bench.sign_in("officer"), "GET", f"{path}/proofs")
    raw = read_b64(json.loads(answer)["home_keys"], "home_keys")
    keys = [raw[at : at + 32] for at in range(0, len(raw), 32)]
    assert keys == sorted(keys)
    return frozenset(keys)


async def enrolled(bench: HubBench) -> frozenset[bytes]:
    """Return the keys of the homes that take part."""
    async with bench.hub.database.reading() as session:
        return frozenset((await session.scalars(select(Home.device_key).where(Home.left_at.is_(None)))).all())


async def test_of_what_one_may_not_open_nothing_is_said(bench: HubBench) -> None:
    """Another officer's share is unknown; nor is more of one that its owner took back."""
    custody = await received(bench)
    cookies = await bench.sign_in("officer")
    foreign = f"/api/shares/{(await bench.foreign_share()).share.share_id}/proofs"
    assert (await bench.officer_asks(cookies, "GET", foreign))[0] == 404
    assert await custody.withdraw() == (200, "done")
    status, _, answer = await bench.officer_asks(cookies, "GET", f"{custody.path}/proofs")
    assert (status, json.loads(answer)["error"]) == (410, "deleted")
