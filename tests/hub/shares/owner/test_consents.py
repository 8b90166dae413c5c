"""What an owner agrees to, against a real hub over real HTTP: by the share's own key, and by nothing else."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from hub.audit.model import AuditRow
from hub.shares.owner.service import CONSENTS_MAX
from hub.shares.record.custody import ConsentRow
from milton_protocol.messages.shares.consent import Consent
from milton_protocol.messages.shares.passed_on import PassedOnTo

if TYPE_CHECKING:
    from tests.simulators.hub_bench import HubBench
    from tests.simulators.sealed_share import SealedShare

TO = PassedOnTo(
    name="Ruth Ellery",
    organisation="Fulton County District Attorney",
    until=datetime.now(UTC).replace(microsecond=0) + timedelta(days=30),
)
AGREED = (200, {"consented": True})


@pytest.fixture
async def share(bench: HubBench) -> SealedShare:
    """Send a whole share."""
    sealed = bench.share()
    await bench.home.send(sealed)
    return sealed


async def agree(bench: HubBench, envelope: bytes) -> tuple[int, dict[str, object]]:
    """Send a consent as the home does: without its token; of a refusal only the rule."""
    async with bench.session.post(f"{bench.homes_url}/v1/consents", data=envelope) as response:
        answer = await response.json()
        return response.status, answer if response.status == 200 else answer["error"]


async def accept(bench: HubBench, share: SealedShare) -> tuple[int, str]:
    """Accept as the custodian; return status and state, or the rule."""
    custodian = await bench.sign_in("custodian")
    status, _, answer = await bench.officer_asks(custodian, "POST", f"/api/shares/{share.share.share_id}/accept")
    said = json.loads(answer)
    return status, said.get("error") or said["state"]


async def kept(bench: HubBench) -> list[ConsentRow]:
    """Return every consent that the hub has."""
    async with bench.hub.database.reading() as session:
        return list((await session.scalars(select(ConsentRow).order_by(ConsentRow.at))).all())


async def test_an_owner_who_agrees_lets_the_custodian_accept_at_once(bench: HubBench, share: SealedShare) -> None:
    """Without it, too early; the repeat is answered the same and is one."""
    assert await accept(bench, share) == (409, "too_early")
    envelope = share.consent()
    assert [await agree(bench, envelope) for _ in range(2)] == [AGREED, AGREED]
    assert [Consent.from_bytes(row.content).to for row in await kept(bench)] == [None]
    page = await bench.officer_asks(await bench.sign_in("custodian"), "GET", f"/shares/{share.share.share_id}")
    assert b"The owner agreed that it is accepted before" in page[2]
    assert b"Possible from" not in page[2]
    assert await accept(bench, share) == (200, "accepted")
    async with bench.hub.database.reading() as session:
        rows = (await session.scalars(select(AuditRow).where(AuditRow.action == "share.agreed_to"))).all()
    assert [(row.actor, row.subject, row.detail) for row in rows] == [("home", share.share.share_id, "accept_early")]
    assert await agree(bench, share.consent()) in [(409, "already_accepted"), AGREED]  # the same second, or the next


async def test_agreeing_to_pass_a_share_on_agrees_to_nothing_else(bench: HubBench, share: SealedShare) -> None:
    """To one named person until a time; the 24 hours stay the owner's."""
    assert await agree(bench, share.consent(TO)) == AGREED
    (row,) = await kept(bench)
    assert (row.kind, Consent.from_bytes(row.content).to) == ("pass_on", TO)
    assert await accept(bench, share) == (409, "too_early")
    bench.clock.ahead = timedelta(hours=25)
    assert await accept(bench, share) == (200, "accepted")
    other = PassedOnTo(name="Cole Barrow", organisation=TO.organisation, until=TO.until)
    assert await agree(bench, share.consent(other)) == AGREED


async def test_nothing_is_agreed_to_of_a_share_that_is_not_there(bench: HubBench, share: SealedShare) -> None:
    """Unknown, on its way, taken back: a consent is no way around a withdrawal, and its replay none either."""
    early, announced = share.consent(), bench.share()
    assert await agree(bench, announced.consent()) == (404, "share_unknown")
    await bench.home.announce(announced)
    assert await agree(bench, announced.consent()) == (409, "not_received")
    async with bench.session.post(f"{bench.homes_url}/v1/withdrawals", data=share.withdrawal()) as answer:
        assert answer.status == 200
    assert await agree(bench, early) == (410, "deleted")
    assert await accept(bench, share) == (410, "deleted")
    assert await kept(bench) == []


async def test_a_withdrawal_after_a_consent_ends_what_was_agreed_to(bench: HubBench, share: SealedShare) -> None:
    """Opened, withdrawn and kept sealed: the replayed consent is known, and opens nothing."""
    early = share.consent()
    assert await agree(bench, early) == AGREED
    await bench.officer_asks(
        await bench.sign_in("officer"), "GET", f"/api/shares/{share.share.share_id}/parts/clip/body"
    )
    async with bench.session.post(f"{bench.homes_url}/v1/withdrawals", data=share.withdrawal()) as answer:
        assert answer.status == 200
    assert await agree(bench, early) == AGREED
    assert await agree(bench, share.consent(TO)) == (410, "withdrawn")
    assert await accept(bench, share) == (410, "withdrawn")


async def test_only_so_much_is_agreed_to_for_one_share(bench: HubBench, share: SealedShare) -> None:
    """Whoever has the key can't fill the hub; what is known is still answered the same."""
    envelopes = [
        share.consent(PassedOnTo(name=f"Person {number}", organisation="DA", until=TO.until))
        for number in range(CONSENTS_MAX + 1)
    ]
    answers = [await agree(bench, envelope) for envelope in envelopes]
    assert answers == [AGREED] * CONSENTS_MAX + [(409, "too_many_consents")]
    assert await agree(bench, envelopes[0]) == AGREED
