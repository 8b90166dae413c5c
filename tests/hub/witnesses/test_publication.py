"""A request is published with the cosignatures that the city and owners ask for, and waits where there are too few."""

from __future__ import annotations

import asyncio
import json
import time
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, text

from hub.audit.model import AuditRow
from hub.kit.settings import Settings
from hub.requests.model import RequestRow
from hub.topics.model import Topic
from hub.witnesses.line import ASK_MAX_S
from hub.witnesses.service import WAIT_MAX_S
from milton_protocol.messages.requests.bundle import Bundle
from milton_protocol.translog.note import SignedNote
from milton_protocol.translog.proof import TlogProof
from milton_protocol.translog.witness import WitnessPolicy, verify_witnessed
from tests.cases import in_ci
from tests.simulators.agency import found_agency, serving_agency
from tests.simulators.broker_bench import eventually
from tests.simulators.hub_bench import MovableClock
from tests.simulators.log_witness import Manner, serving
from tests.simulators.witnessed import (
    log_key,
    name_witnesses,
    set_quorum,
    signed_request,
    witnessed_agency,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from sqlalchemy import TextClause

    from tests.simulators.agency import Agency
    from tests.simulators.log_witness import LogWitness


@asynccontextmanager
async def two_witnesses(tmp_path: Path) -> AsyncIterator[tuple[LogWitness, LogWitness, Agency]]:
    """Serve two, and a hub that asks both."""
    async with (
        serving("one.example") as one,
        serving("two.example") as two,
        witnessed_agency(tmp_path, one, two) as agency,
    ):
        yield one, two, agency


async def without_the_second(two: LogWitness, agency: Agency) -> str:
    """Publish a request while that one is away, which it was not at the start; return its id."""
    await eventually(lambda: _has_asked(two))
    two.manner = Manner.AWAY
    request_id = await signed_request(agency)
    assert await publish(agency, request_id) == "published"
    return request_id


async def publish(agency: Agency, request_id: str) -> str:
    """Press the button; return the state that is answered."""
    status, answer = await (await agency.desk("officer")).act(request_id, "publish")
    assert status == 200, answer
    state: str = answer["state"]
    return state


async def cosigned(agency: Agency, request_id: str, *witnesses: LogWitness) -> list[str]:
    """Return the names of the witnesses in a published request's proof, as a reader who knows these finds them."""
    async with agency.hub.database.reading() as session:
        bundle = await agency.hub.topics.get(session, f"requests/{request_id}")
    assert bundle is not None
    policy = WitnessPolicy(quorum=0, witnesses=tuple(each.key for each in witnesses))
    note = TlogProof.parse(Bundle.from_bytes(bundle).log_proof).checkpoint_note
    return [key.name for key, _ in verify_witnessed(note, log_key(agency.settings), policy, agency.clock()).cosigned]


async def row_of(agency: Agency, request_id: str) -> RequestRow:
    """Return a request's row."""
    async with agency.hub.database.reading() as session:
        return (await session.scalars(select(RequestRow).where(RequestRow.request_id == request_id))).one()


async def acts(agency: Agency, action: str) -> list[tuple[str, str]]:
    """Return subject and detail of the trail's rows of one action."""
    async with agency.hub.database.reading() as session:
        rows = await session.scalars(select(AuditRow).where(AuditRow.action == action).order_by(AuditRow.number))
        return [(row.subject, row.detail) for row in rows]


async def degraded(agency: Agency) -> list[str]:
    """Return what the hub says of itself to a watcher."""
    found: list[str] = json.loads((await agency.get("/health"))[1])["degraded"]
    return found


async def test_cosignatures_that_came_are_in_the_proof(tmp_path: Path) -> None:
    """The city asks for none, owners may."""
    async with two_witnesses(tmp_path) as (one, two, agency):
        request_id = await signed_request(agency)
        assert await publish(agency, request_id) == "published"
        assert await cosigned(agency, request_id, one, two) == ["one.example", "two.example"]
        assert (await row_of(agency, request_id)).witnesses_seen is None
        assert await acts(agency, "request.waits") == []


@pytest.mark.parametrize(
    "manner",
    in_ci(
        [Manner.AWAY, Manner.HTML, Manner.TOO_LONG, Manner.WRONG_KEY, Manner.CONFLICTS_FOR_EVER, Manner.UNKNOWN],
        [Manner.AWAY, Manner.WRONG_KEY, Manner.CONFLICTS_FOR_EVER],
    ),
)
async def test_a_witness_that_does_not_cosign_keeps_nothing_and_nobody_back(tmp_path: Path, manner: Manner) -> None:
    """Another's cosignature is there, and the request is out."""
    async with serving("one.example") as one, serving("two.example") as two:
        one.manner = manner
        async with witnessed_agency(tmp_path, one, two) as agency:
            request_id = await signed_request(agency)
            assert await publish(agency, request_id) == "published"
            assert await cosigned(agency, request_id, one, two) == ["two.example"]


@pytest.mark.parametrize("manner", in_ci([Manner.SLOW, Manner.DRIPS], [Manner.DRIPS]))
async def test_nobody_waits_for_a_slow_witness_longer_than_is_said(tmp_path: Path, manner: Manner) -> None:
    """Nor does the witness that answers: it is asked at the same time."""
    async with two_witnesses(tmp_path) as (one, two, agency):
        await eventually(lambda: _has_asked(one))
        one.manner, one.delay_s = manner, 3600
        request_id = await signed_request(agency)
        began = time.monotonic()
        assert await publish(agency, request_id) == "published"
        assert ASK_MAX_S - 1 < time.monotonic() - began < WAIT_MAX_S
        assert await cosigned(agency, request_id, one, two) == ["two.example"]


async def test_a_request_that_is_open_gets_a_cosignature_that_came_late(tmp_path: Path) -> None:
    """Whose owner asks for that witness could not share before; it is sent anew once, and no more."""
    async with two_witnesses(tmp_path) as (one, two, agency):
        request_id = await without_the_second(two, agency)
        before = await place_of(agency, request_id)
        await agency.hub.jobs.run_now("late cosignatures")
        assert await place_of(agency, request_id) == before
        two.manner = Manner.BEHAVES
        agency.clock.ahead = one.ahead = two.ahead = timedelta(minutes=5)
        await agency.hub.jobs.run_now("witnesses")
        assert await cosigned(agency, request_id, one, two) == ["one.example"]
        await agency.hub.jobs.run_now("late cosignatures")
        assert await cosigned(agency, request_id, one, two) == ["one.example", "two.example"]
        again = await place_of(agency, request_id)
        assert again > before
        await agency.hub.jobs.run_now("late cosignatures")
        assert await place_of(agency, request_id) == again


async def test_a_late_cosignature_takes_no_other_out_of_a_proof(tmp_path: Path) -> None:
    """The witness that a proof has is gone: the other's of a larger log does not take its place."""
    async with two_witnesses(tmp_path) as (one, two, agency):
        request_id = await without_the_second(two, agency)
        one.manner, two.manner = Manner.AWAY, Manner.BEHAVES
        assert await publish(agency, await signed_request(agency, case_number="26-104418")) == "published"
        before = await place_of(agency, request_id)
        await agency.hub.jobs.run_now("late cosignatures")
        assert await cosigned(agency, request_id, one, two) == ["one.example"]
        assert await place_of(agency, request_id) == before


async def test_a_request_that_is_over_is_sent_to_nobody_again(tmp_path: Path) -> None:
    """A withdrawn one stays as it ended."""
    async with serving() as witness, witnessed_agency(tmp_path, witness) as agency:
        await eventually(lambda: _has_asked(witness))
        witness.manner = Manner.AWAY
        request_id = await signed_request(agency)
        assert await publish(agency, request_id) == "published"
        assert (await (await agency.desk("officer")).act(request_id, "withdraw"))[0] == 200
        before = await place_of(agency, request_id)
        witness.manner = Manner.BEHAVES
        agency.clock.ahead = witness.ahead = timedelta(minutes=5)
        await agency.hub.jobs.run_now("witnesses")
        await agency.hub.jobs.run_now("late cosignatures")
        assert await place_of(agency, request_id) == before


async def place_of(agency: Agency, request_id: str) -> int:
    """Return the number under which a request's topic was sent last."""
    async with agency.hub.database.reading() as session:
        return (await session.get_one(Topic, f"requests/{request_id}")).seq


async def _has_asked(witness: LogWitness) -> bool:
    return bool(witness.asked)


async def test_many_publications_at_once_share_their_rounds(tmp_path: Path) -> None:
    """Each has a proof with the cosignature; the witness is not asked once for each."""
    async with serving() as witness, witnessed_agency(tmp_path, witness) as agency:
        await eventually(lambda: _has_asked(witness))
        witness.manner, witness.delay_s = Manner.SLOW, 0.3
        ids = [await signed_request(agency, case_number=f"26-1000{number}") for number in range(5)]
        witness.asked.clear()
        states = await asyncio.gather(*(publish(agency, each) for each in ids))
        assert set(states) == {"published"}
        for each in ids:
            assert await cosigned(agency, each, witness) == [witness.name]
        assert len(witness.asked) <= 3


async def test_with_too_few_cosignatures_a_request_waits_and_goes_on_by_itself(tmp_path: Path) -> None:
    """The officer reads how many it waits for, the trail and the watchers have it; the leaf is in the log once."""
    async with serving("one.example") as one, serving("two.example") as two:
        two.manner = Manner.AWAY
        async with witnessed_agency(tmp_path, one, two, quorum=2) as agency:
            request_id = await signed_request(agency)
            assert await publish(agency, request_id) == "logged"
            assert await publish(agency, request_id) == "logged"
            assert await acts(agency, "request.waits") == [(request_id, "1 of 2")]
            page = await officers_page(agency, f"/requests/{request_id}")
            assert "Waits for the log's witnesses: 1 of 2" in page
            assert "Waits for the log&#39;s witnesses" in await officers_page(agency, "/requests")
            await agency.hub.jobs.run_now("publications")
            assert "requests_wait" in await degraded(agency)
            async with agency.hub.database.reading() as session:
                assert await agency.hub.topics.get(session, f"requests/{request_id}") is None
            two.manner = Manner.BEHAVES
            await agency.hub.jobs.run_now("publications")
            row = await row_of(agency, request_id)
            assert (row.state, row.leaf_index) == ("published", 0)
            assert await cosigned(agency, request_id, one, two) == ["one.example", "two.example"]
            await agency.hub.jobs.run_now("publications")
            assert "requests_wait" not in await degraded(agency)
            assert "Waits for" not in await officers_page(agency, f"/requests/{request_id}")


async def officers_page(agency: Agency, path: str) -> str:
    """Return a page as the officer reads it."""
    desk = await agency.desk("officer")
    async with agency.session.get(agency.officers_url + path, headers=desk.headers) as answer:
        assert answer.status == 200
        return await answer.text()


async def test_a_request_that_waits_is_withdrawn_or_expires_as_ever(tmp_path: Path) -> None:
    """And homes never hear of it."""
    async with serving() as witness:
        witness.manner = Manner.AWAY
        async with witnessed_agency(tmp_path, witness, quorum=1) as agency:
            withdrawn, expired = [await signed_request(agency, case_number=f"26-2000{each}") for each in (1, 2)]
            assert [await publish(agency, each) for each in (withdrawn, expired)] == ["logged"] * 2
            status, answer = await (await agency.desk("officer")).act(withdrawn, "withdraw")
            assert (status, answer["state"]) == (200, "withdrawn")
            async with agency.hub.database.session("test") as session:
                row = (await session.scalars(select(RequestRow).where(RequestRow.request_id == expired))).one()
                row.expires_at = agency.clock()
            await agency.hub.jobs.run_now("expiry")
            witness.manner = Manner.BEHAVES
            await agency.hub.jobs.run_now("publications")
            assert [(await row_of(agency, each)).state for each in (withdrawn, expired)] == ["withdrawn", "expired"]
            async with agency.hub.database.reading() as session:
                assert await agency.hub.topics.get(session, f"requests/{expired}") is None


async def test_a_hub_with_too_few_witnesses_to_ask_logs_nothing(tmp_path: Path) -> None:
    """The settings lost one: nothing is written that could never be published."""
    async with serving() as witness:
        settings, passkeys = await asyncio.to_thread(found_agency, tmp_path)
        file = settings.folder / "hub.toml"
        before = file.read_text()
        name_witnesses(settings, witness)
        await asyncio.to_thread(set_quorum, tmp_path, 1)
        file.write_text(before)
        async with serving_agency(Settings.load(tmp_path), passkeys, MovableClock()) as agency:
            request_id = await signed_request(agency)
            status, answer = await (await agency.desk("officer")).act(request_id, "publish")
            assert (status, answer["error"]) == (503, "witnesses_missing")
            assert (await row_of(agency, request_id)).leaf_index is None
            await agency.hub.jobs.run_now("publications")
            assert "witnesses_missing" in await degraded(agency)
            page = await officers_page(agency, f"/requests/{request_id}")
            assert "asks for: 1; that this hub asks (hub.toml): 0" in page


async def test_a_quorum_that_is_raised_before_a_request_is_sent_holds_for_it(tmp_path: Path) -> None:
    """It has its proof and was not sent: at the next start it gets another proof, or waits."""
    async with serving() as witness:
        async with witnessed_agency(tmp_path, witness) as agency:
            witness.manner = Manner.AWAY
            request_id = await signed_request(agency)
            async with agency.hub.database.session("test") as session:
                await session.execute(_never_sent(request_id))
            desk, url = await agency.desk("officer"), f"{agency.officers_url}/api/requests/{request_id}/publish"
            async with agency.session.post(url, json={}, headers=desk.headers) as answer:
                assert answer.status == 500
            assert (await row_of(agency, request_id)).state == "cosigned"
            passkeys = agency.passkeys
        await asyncio.to_thread(set_quorum, tmp_path, 1)
        async with serving_agency(Settings.load(tmp_path), passkeys, MovableClock()) as agency:
            async with agency.hub.database.session("test") as session:
                await session.execute(text("DROP TRIGGER unsent"))
            await agency.hub.jobs.run_now("publications")
            row = await row_of(agency, request_id)
            assert (row.state, row.witnesses_seen) == ("cosigned", 0)
            witness.manner = Manner.BEHAVES
            await agency.hub.jobs.run_now("publications")
            assert (await row_of(agency, request_id)).state == "published"
            assert await cosigned(agency, request_id, witness) == [witness.name]


def _never_sent(request_id: str) -> TextClause:
    refuse = "BEGIN SELECT RAISE(ABORT, 'refused'); END"
    when = f"BEFORE UPDATE ON request WHEN NEW.request_id = '{request_id}' AND NEW.state = 'published'"
    return text(f"CREATE TRIGGER unsent {when} {refuse}")


async def test_the_newest_checkpoint_is_served_with_its_cosignatures(tmp_path: Path) -> None:
    """Also when the log grew by something that nobody published; and not more often than is said."""
    async with serving() as witness, witnessed_agency(tmp_path, witness) as agency:
        policy = WitnessPolicy(quorum=1, witnesses=(witness.key,))

        async def is_cosigned() -> bool:
            note = SignedNote.parse((await agency.get("/v1/log/checkpoint"))[1].decode())
            return len(note.signatures) == 2

        await eventually(is_cosigned)
        request_id = await agency.published()
        assert (await (await agency.desk("officer")).act(request_id, "withdraw"))[0] == 200  # one more leaf
        assert not await is_cosigned()
        await agency.hub.jobs.run_now("witnesses")
        assert not await is_cosigned()
        agency.clock.ahead = timedelta(minutes=5)
        witness.ahead = timedelta(minutes=5)
        await agency.hub.jobs.run_now("witnesses")
        note = SignedNote.parse((await agency.get("/v1/log/checkpoint"))[1].decode())
        assert verify_witnessed(note, log_key(agency.settings), policy, agency.clock()).checkpoint.size == 2
        asked = len(witness.asked)
        agency.clock.ahead = timedelta(minutes=60)
        await agency.hub.jobs.run_now("witnesses")
        assert len(witness.asked) == asked  # nothing new to cosign


async def test_a_witness_that_is_away_for_long_is_said_and_said_no_more(tmp_path: Path) -> None:
    """On the pages of administrators and to watchers."""
    async with serving() as witness:
        witness.manner = Manner.AWAY
        async with witnessed_agency(tmp_path, witness) as agency:
            await eventually(lambda: _has_asked(witness))
            await agency.hub.jobs.run_now("witnesses")
            assert await degraded(agency) == []
            agency.clock.ahead = timedelta(minutes=61)
            await agency.hub.jobs.run_now("witnesses")
            assert await degraded(agency) == ["witnesses"]
            witness.manner, witness.ahead = Manner.BEHAVES, timedelta(minutes=70)
            agency.clock.ahead = timedelta(minutes=70)
            await agency.hub.jobs.run_now("witnesses")
            assert await degraded(agency) == []
