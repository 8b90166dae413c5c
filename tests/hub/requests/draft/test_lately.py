"""The same plate, address or area again: what is read, what is kept of it, who is told."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from hub.auditors.model import FlagRow
from hub.requests.draft import lately
from hub.requests.draft.lately import LATELY
from hub.requests.draft.mentions import addresses, key_of, mentions, plates
from hub.requests.model import AreaRow, MentionRow, RequestRow

if TYPE_CHECKING:
    from tests.simulators.agency import Agency, Desk

KEY = key_of(b"a hub's own secret")
NAMED = "A red Ford with plate RXK 4821 was parked at 1250 N. Sorrel Run Rd. all night."
ELSEWHERE = {"kind": "circle", "center": [341_000_000, -843_200_000], "radius_m": 250}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("RXK 4821, RXK-4821 and rxk4821", {"RXK4821"}),
        ("a van, 4ABC12", {"4ABC12"}),
        ("TBN1234A, 12AB34", {"TBN1234A", "12AB34"}),
        ("at 2:30 PM a SUV 2019, case 26-104417, GA 400, 16-8-18, US 19 and BMW 330", set()),
        ("Several cars were opened overnight by one person on foot with a backpack.", set()),
        ("at 12 am or at 3 pm, 250 m away, B12", set()),
    ],
)
def test_a_plate_is_read_in_one_spelling(text: str, found: set[str]) -> None:
    """Capitals and figures, whatever stands between them."""
    assert plates(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1250 N. Sorrel Run Rd., or 1250 north sorrel run road", {"1250 north sorrel run road"}),
        ("from 12 Main St to 14b Main Street", {"12 main street", "14b main street"}),
        ("1250 Sorrel Run", {"1250 sorrel run"}),
        ("between 2 and 3 of them walk on Main Street", set()),
        ("on Main Street at 3 in the morning", set()),
    ],
)
def test_an_address_is_read_in_one_spelling(text: str, found: set[str]) -> None:
    """A number, a name and what kind of street it is."""
    assert addresses(text) == found


def test_a_digest_is_of_this_hub_and_of_its_kind() -> None:
    """Whoever has the tables and not the key can't try a plate."""
    digests = mentions(KEY, NAMED)
    assert sorted(digests.values()) == ["address", "plate"]
    assert digests.keys().isdisjoint(mentions(key_of(b"another hub's"), NAMED))
    assert digests.keys() == mentions(KEY, "rxk4821 near 1250 north Sorrel Run Road").keys()


async def warned(desk: Desk, **changes: object) -> list[dict[str, Any]]:
    """Return what a draft is warned of."""
    status, answer = await desk.ask("POST", "/api/requests/verdict", desk.agency.draft(**changes))
    assert status == 200, answer
    found: list[dict[str, Any]] = answer["lately"]
    return found


async def signed(agency: Agency, case_number: str, **changes: object) -> str:
    """Draft and sign; return the request's id."""
    officer = await agency.desk("officer")
    request_id = str((await officer.draft(case_number=case_number, **changes))["id"])
    assert (await officer.sign(request_id))[0] == 200
    return request_id


async def test_who_asks_for_the_same_again_is_told_how_often_and_when(agency: Agency) -> None:
    """Not in which case, nor by whom; what nobody signed, what is long ago and one's own case do not count."""
    officer = await agency.desk("officer")
    again = {"case_number": "26-109999", "reason": "It was RXK4821 again, which is wanted for two burglaries."}
    unsigned = agency.draft(case_number="26-100000", reason=NAMED)
    await officer.ask("POST", "/api/requests", unsigned)
    assert await warned(officer, **again) == []
    for number in range(2):
        await signed(agency, f"26-10000{number}", reason=NAMED, area=ELSEWHERE)
    (plate,) = await warned(officer, **again)
    assert (plate["kind"], plate["count"], plate["own"]) == ("plate", 2, 2)
    kinds = [each["kind"] for each in await warned(officer, **again | {"reason": NAMED, "area": ELSEWHERE})]
    assert kinds == ["plate", "address", "area"]
    assert [each["count"] for each in await warned(officer, reason=NAMED, case_number="26-100001")] == [1, 1]
    assert await warned(officer, case_number="26-109999", area=None) == []
    agency.clock.ahead += LATELY + timedelta(minutes=1)
    await agency.hub.jobs.run_now("expiry")
    async with agency.hub.database.reading() as session:
        assert (await session.scalars(select(MentionRow))).all() == []
        assert (await session.scalars(select(AreaRow))).all() == []


async def test_what_is_named_for_the_supervisor_alone_is_asked_for_too(agency: Agency) -> None:
    """A plate that stands beside a larger area, and in no word that residents read."""
    larger = ELSEWHERE | {"radius_m": 400}
    why = "The car with plate RXK 4821 was parked on three of these streets."
    first = await signed(agency, "26-100001", area=larger, why_larger=why)
    again = {"case_number": "26-100002", "reason": NAMED}
    assert [each["kind"] for each in await warned(await agency.desk("officer"), **again)] == ["plate"]
    agency.clock.ahead += timedelta(seconds=2)
    second = await signed(agency, **again)
    async with agency.hub.database.reading() as session:
        assert [each.request_id for each in await lately.mentioned_before(session, second)] == [first]


async def test_a_place_where_much_is_asked_for_holds_no_draft_up(
    agency: Agency, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A draft is compared with the newest alone; oversight still looks at all."""
    monkeypatch.setattr(lately, "NEAR_MAX", 2)
    for number in range(4):
        request_id = await signed(agency, f"26-10000{number}", area=ELSEWHERE)
        agency.clock.ahead += timedelta(seconds=2)
    larger = ELSEWHERE | {"radius_m": 260}
    (area,) = await warned(await agency.desk("officer"), case_number="26-109999", area=larger)
    assert (area["kind"], area["count"]) == ("area", 2)
    async with agency.hub.database.reading() as session:
        assert len(await lately.overlapped_before(session, request_id)) == 3


async def test_oversight_finds_the_earlier_requests_for_the_same(agency: Agency) -> None:
    """By two queries; those that came later are not earlier."""
    first = await signed(agency, "26-100001", reason=NAMED)
    agency.clock.ahead += timedelta(seconds=2)
    second = await signed(agency, "26-100002", reason=NAMED, area=ELSEWHERE)
    agency.clock.ahead += timedelta(seconds=2)
    third = await signed(agency, "26-100003", area=ELSEWHERE)
    async with agency.hub.database.reading() as session:
        named = {each: await lately.mentioned_before(session, each) for each in (first, second, third)}
        near = {each: await lately.overlapped_before(session, each) for each in (first, second, third, "0" * 64)}
    assert {each: [found.request_id for found in named[each]] for each in named} == {
        first: [],
        second: [first, first],
        third: [],
    }
    assert {found.alike.value for found in named[second]} == {"plate", "address"}
    assert [(found.alike.value, found.request_id) for found in near[third]] == [("area", second)]
    assert (near[first], near[second], near["0" * 64]) == ((), (), ())
    assert near[third][0].officer_id == "officer"


async def test_who_asks_again_and_again_is_flagged_when_they_sign(agency: Agency) -> None:
    """The third request for a plate and its address, and for an area; in the transaction of the signature."""
    for number in range(3):
        agency.clock.ahead += timedelta(seconds=2)
        last = await signed(agency, f"26-10000{number}", reason=NAMED)
    async with agency.hub.database.reading() as session:
        about = select(FlagRow).where(FlagRow.kind.startswith("repeat_"))
        flags = (await session.scalars(about)).all()
    assert {(flag.kind, flag.person_id, flag.about, flag.count) for flag in flags} == {
        (kind, "officer", last, 3) for kind in ("repeat_plate", "repeat_address", "repeat_area")
    }


async def test_the_tables_hold_no_word_of_what_is_named(agency: Agency) -> None:
    """Only digests under the hub's own key, and the box around an area."""
    request_id = await signed(agency, "26-100001", reason=NAMED)
    async with agency.hub.database.reading() as session:
        rows = (await session.scalars(select(MentionRow))).all()
        box = await session.get(AreaRow, request_id)
        row = await session.scalar(select(RequestRow).where(RequestRow.request_id == request_id))
    assert {row.digest for row in rows} == set(mentions(key_of(agency.hub.keys.enrollment_secret), NAMED))
    assert all(set(row.digest) <= set("0123456789abcdef") for row in rows)
    assert row is not None
    assert box is not None
    assert box.south_e7 < 341_400_000 < box.north_e7
    assert box.west_e7 < -843_000_000 < box.east_e7


async def test_an_area_that_is_none_is_compared_with_nothing(agency: Agency) -> None:
    """A pole, or a shape that crosses itself: the policy refuses it, and nothing fails."""
    officer = await agency.desk("officer")
    pole = {"kind": "circle", "center": [900_000_000, 0], "radius_m": 250}
    south, north, west, east = 341_400_000, 341_450_000, -843_000_000, -842_950_000
    bow = [[south, west], [north, east], [north, west], [south, east]]
    for area in (pole, {"kind": "polygon", "points": bow}):
        assert await warned(officer, area=area, draft_id=secrets.token_hex(16)) == []
