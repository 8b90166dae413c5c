"""What officers' browsers check a share's request by: the messages of the time when it was published."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select

from hub.enrollment.keys import ROUNDED_TO
from hub.enrollment.model import Home
from hub.kit.access import Role
from hub.publiclog.service import PublicLog
from hub.requests.model import RequestRow
from hub.shares.record.custody import ReceiptRow
from milton_protocol.base64_text import b64, read_b64
from milton_protocol.messages.log.custody_day import CustodyDay
from milton_protocol.messages.log.leaf import custody_leaf, leaf_of
from milton_protocol.messages.requests.bundle import Bundle
from milton_protocol.messages.requests.live import LiveStatement
from milton_protocol.messages.shares.receipt import Receipt
from milton_protocol.translog import merkle
from milton_protocol.translog.checkpoint import Checkpoint
from milton_protocol.translog.note import SignedNote
from milton_protocol.translog.proof import TlogProof
from tests.hub.shares.desks import received
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


async def asked(bench: HubBench, path: str, query: str = "") -> tuple[int, dict[str, Any]]:
    """Return what the officer's browser is told."""
    status, _, answer = await bench.officer_asks(await bench.sign_in("officer"), "GET", f"{path}/proofs{query}")
    return status, json.loads(answer)


async def issue(bench: HubBench) -> None:
    """Let the hub issue its live statement of now."""
    await bench.hub.jobs.run_now("live")


async def log_request(bench: HubBench) -> None:
    """Put the bench's request into the log, behind another entry."""
    log = PublicLog(bench.settings.log_origin, bench.hub.keys.log_key)
    async with bench.hub.database.session("test") as session:
        await log.append(session, b"{}", kind="refusal", at=bench.clock())
        leaf = leaf_of(bench.request, bench.request_id)
        index = await log.append(session, leaf.to_bytes(), kind=leaf.kind.value, at=bench.clock())
        row = (await session.scalars(select(RequestRow).where(RequestRow.request_id == bench.request_id))).one()
        row.log_proof = await log.proof(session, index, await log.checkpoint(session, bench.clock()))
    await issue(bench)


def note_of(said: dict[str, Any]) -> str:
    """Return the checkpoint of the live statement."""
    payload = json.loads(base64.b64decode(said["followed"]["live"]))["payload"]
    return LiveStatement.from_bytes(base64.b64decode(payload)).checkpoint


async def test_a_browser_gets_how_the_log_that_homes_follow_continues_what_it_knows(bench: HubBench) -> None:
    """From the request's proof, and from the size that it names, to the live statement; none for an unknown size."""
    custody = await received(bench)
    await log_request(bench)
    before = Checkpoint.parse(SignedNote.parse(note_of((await asked(bench, custody.path))[1])).text)
    bench.clock.ahead = timedelta(days=3)
    await bench.hub.jobs.run_now("custody days")
    await issue(bench)
    _, said = await asked(bench, custody.path, f"?known={before.size}")
    async with bench.hub.database.reading() as session:
        sent = await bench.hub.topics.get(session, "city-record")
    assert base64.b64decode(said["followed"]["city_record"]) == sent
    now = Checkpoint.parse(SignedNote.parse(note_of(said)).text)
    proven = Checkpoint.parse(TlogProof.parse(said["log_proof"]).checkpoint_note.text)
    assert now.size > before.size
    for old, name in ((proven, "of_proof"), (before, "of_known")):
        hashes = [base64.b64decode(each) for each in said["followed"][name]]
        merkle.verify_consistency(old.size, old.root, now.size, now.root, hashes)
    assert (await asked(bench, custody.path, "?known=999999"))[1]["followed"]["of_known"] == []
    for wrong in ("", "-1", "x", "9" * 20):
        status, refused = await asked(bench, custody.path, f"?known={wrong}")
        assert (status, refused["error"]) == (400, "log_size_unknown")


async def test_a_share_is_anchored_once_homes_follow_a_log_that_has_its_day(bench: HubBench) -> None:
    """Its first receipt, byte for byte, in the list of the day's; the day's leaf is in the live statement's log."""
    custody = await received(bench)
    fresh = (await asked(bench, custody.path))[1]["anchor"]
    receipt = base64.b64decode(fresh["receipt"])
    payload = Receipt.from_bytes(base64.b64decode(json.loads(receipt)["payload"]))
    assert (payload.event.value, payload.share_sha256) == ("received", custody.share.sha256)
    assert fresh["day"] is None
    await issue(bench)
    bench.clock.ahead = timedelta(days=2)
    await bench.hub.jobs.run_now("custody days")
    assert (await asked(bench, custody.path))[1]["anchor"]["day"] is None
    await issue(bench)
    _, said = await asked(bench, custody.path)
    day = said["anchor"]["day"]
    sealed = CustodyDay.from_bytes(base64.b64decode(day["content"]))
    digests = read_b64(day["digests"], "digests").hex()
    assert hashlib.sha256(receipt).hexdigest() in [digests[at : at + 64] for at in range(0, len(digests), 64)]
    assert hashlib.sha256(digests.encode()).hexdigest() == sealed.receipts_sha256
    tree = Checkpoint.parse(SignedNote.parse(note_of(said)).text)
    leaf = merkle.leaf_hash(custody_leaf(sealed.day, sealed.seal).to_bytes())
    hashes = [base64.b64decode(each) for each in day["hashes"]]
    merkle.verify_inclusion(leaf, day["index"], tree.size, hashes, tree.root)


async def test_a_hub_without_a_live_statement_or_a_receipt_says_so(bench: HubBench) -> None:
    """The browser then believes nothing of the log, or of the share's place in it."""
    custody = await received(bench)
    async with bench.hub.database.session("test") as session:
        await bench.hub.topics.set(session, "live", b"{}")
    _, said = await asked(bench, custody.path)
    assert (said["followed"], said["anchor"]["day"]) == (None, None)
    async with bench.hub.database.session("test") as session:
        await session.execute(delete(ReceiptRow))
    assert (await asked(bench, custody.path))[1]["anchor"] is None
