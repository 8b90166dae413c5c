"""A still picture that an officer saved is written down: by whoever opened the clip, once, and without the picture."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from sqlalchemy import select

from hub.audit.model import AuditRow
from hub.identity.sessions.csrf import HEADER as WORD_HEADER
from hub.shares.access.stills import FRAMES_MAX
from tests.hub.shares.desks import DONE, Custody, ask, received
from tests.hub.shares.test_custody_page import page_of

if TYPE_CHECKING:
    from tests.simulators.hub_bench import HubBench

STILL = {"sha256": "ab" * 32, "clip_sha256": "cd" * 32, "preview_sha256": None, "frame": 12, "verified": True}


async def written(bench: HubBench) -> list[tuple[str, str, str]]:
    """Return who saved what of which share, as the trail has it."""
    async with bench.hub.database.reading() as session:
        rows = (await session.scalars(select(AuditRow).where(AuditRow.action == "share.still"))).all()
    return [(row.actor, row.subject, row.detail) for row in rows]


async def test_a_picture_is_written_down_once_by_each_who_takes_it(bench: HubBench) -> None:
    """With its digest and its place in the clip, and whether the clip was checked to its end by then."""
    custody = await received(bench)
    for who in ("officer", "custodian"):
        assert (await custody.open(who))[0] == 200
        for _ in range(2):
            assert await custody.act(who, "stills", **STILL) == DONE
    assert await custody.act("officer", "stills", **STILL | {"verified": False}) == DONE
    share_id, words = custody.share.share.share_id, f"frame 12 sha256 {'ab' * 32} of clip {'cd' * 32}"
    assert await written(bench) == [
        ("person:officer", share_id, f"{words} verified"),
        ("person:custodian", share_id, f"{words} verified"),
        ("person:officer", share_id, f"{words} not verified yet"),
    ]
    page = await page_of(custody, "custodian")
    assert page.count(words) == 3


async def test_nobody_has_a_picture_of_what_they_did_not_open_or_may_not(bench: HubBench) -> None:
    """Not opened, another officer's, one that is not there, withdrawn meanwhile; nor a supervisor of any."""
    custody = await received(bench)
    assert await custody.act("officer", "stills", **STILL) == (409, "not_opened")
    foreign = Custody(bench=bench, share=await bench.foreign_share())
    assert await foreign.act("officer", "stills", **STILL) == (404, "share_unknown")
    assert await ask(bench, "officer", f"/api/shares/{secrets.token_hex(16)}/stills", **STILL) == (404, "share_unknown")
    assert await custody.act("supervisor", "stills", **STILL) == (403, "not_allowed")
    assert (await custody.open())[0] == 200
    assert await custody.withdraw() == (200, "done")
    assert await custody.act("officer", "stills", **STILL) == (410, "withdrawn")
    assert await written(bench) == []


async def test_a_picture_of_the_homes_transcode_is_written_down_as_that(bench: HubBench) -> None:
    """With both digests: what was seen, and the clip that is the evidence."""
    custody = await received(bench)
    assert (await custody.open())[0] == 200
    assert await custody.act("officer", "stills", **STILL | {"preview_sha256": "ef" * 32}) == DONE
    ((_, _, words),) = await written(bench)
    assert words == f"frame 12 sha256 {'ab' * 32} of transcode {'ef' * 32} of clip {'cd' * 32} verified"


WRONG = (
    ({"frame": 0}, "out_of_bounds"),
    ({"frame": -1}, "out_of_bounds"),
    ({"frame": FRAMES_MAX + 1}, "out_of_bounds"),
    ({"frame": 10**30}, "not_an_integer"),
    ({"frame": 1.5}, "not_an_integer"),
    ({"frame": True}, "wrong_type"),
    ({"frame": "12"}, "wrong_type"),
    ({"sha256": "AB" * 32}, "not_hex"),
    ({"sha256": "ab" * 31}, "not_hex"),
    ({"clip_sha256": "<script>"}, "not_hex"),
    ({"preview_sha256": "ef" * 31}, "not_hex"),
    ({"preview_sha256": ""}, "not_hex"),
    ({"verified": "yes"}, "wrong_type"),
    ({"picture": "data:image/png;base64,"}, "unknown_field"),
)
ELSEWHERE = (
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {WORD_HEADER: "a made-up word"},
)


async def test_a_still_is_two_digests_a_number_and_a_word_from_the_officers_own_page(bench: HubBench) -> None:
    """Of their form, within bounds, and nothing beside them; another site's page writes nothing down."""
    custody = await received(bench)
    assert (await custody.open())[0] == 200
    answers = [(changed, await custody.act("officer", "stills", **STILL | changed)) for changed, _ in WRONG]
    assert answers == [(changed, (400, rule)) for changed, rule in WRONG]
    cookies = await bench.sign_in("officer")
    for headers in ELSEWHERE:
        status, _, _ = await bench.officer_asks(cookies, "POST", f"{custody.path}/stills", headers, body=STILL)
        assert status == 403, headers
    assert await written(bench) == []
