"""What is not needed, what only custodians may see, and what a closed case keeps: against a real hub over real HTTP."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.hub.shares.desks import DONE, REASON, accepted, after, ask, days_pass, received

if TYPE_CHECKING:
    from tests.simulators.hub_bench import HubBench

CASE = "26-1"


async def test_what_is_not_needed_goes_after_seven_days(bench: HubBench) -> None:
    """Unless it is needed after all, or accepted; a repeat gives it no longer."""
    gone, kept, taken = [await received(bench) for _ in range(3)]
    for custody in (gone, kept, taken):
        assert await custody.act("officer", "decline") == DONE
    await days_pass(bench, 5)
    assert await gone.act("custodian", "decline") == DONE
    for _ in range(2):
        assert await kept.act("officer", "keep") == DONE
    assert await taken.act("custodian", "accept") == DONE
    assert await taken.act("officer", "decline") == (409, "already_accepted")
    await days_pass(bench, 2.1)
    assert [custody.bytes_kept for custody in (gone, kept, taken)] == [False, True, True]
    assert (await gone.told())["tombstone"]["why"] == "declined"
    assert await gone.act("officer", "keep") == (410, "deleted")
    await after(bench, 25)
    assert (await kept.told())["tombstone"]["why"] == "not_accepted"


async def test_what_shows_a_minor_is_the_custodians_alone(bench: HubBench) -> None:
    """From the moment that its officer says so: neither list nor page nor a byte of it is there for the officer."""
    custody, other = await received(bench), await received(bench)
    assert await custody.act("officer", "flag") == DONE
    officer, custodian = await bench.sign_in("officer"), await bench.sign_in("custodian")
    share_id = custody.share.share.share_id
    for path in (custody.path, f"{custody.path}/parts/clip/body", f"/shares/{share_id}"):
        status, _, answer = await bench.officer_asks(officer, "GET", path)
        assert (status, json.loads(answer)["error"]) == (404, "share_unknown"), path
        assert (await bench.officer_asks(custodian, "GET", path))[0] == 200, path
    listed = {}
    for who, cookies in (("officer", officer), ("custodian", custodian)):
        _, _, answer = await bench.officer_asks(cookies, "GET", f"/api/shares?request={bench.request_id}")
        listed[who] = {each["share_id"] for each in json.loads(answer)["shares"]}
    assert listed == {"officer": {other.share.share.share_id}, "custodian": {other.share.share.share_id, share_id}}
    for what in ("flag", "decline", "keep"):
        assert await custody.act("officer", what) == (404, "share_unknown")
    assert await custody.act("officer", "unflag") == (403, "not_allowed")
    assert await custody.act("custodian", "flag") == DONE
    for _ in range(2):
        assert await custody.act("custodian", "unflag") == DONE
    assert await custody.open() == DONE


async def test_an_accepted_share_stays_as_long_as_its_case_is_open_and_a_year_longer(bench: HubBench) -> None:
    """Opened again in time, all of it stays; what is accepted into a closed case stays as long from then on."""
    first = await accepted(bench)
    await days_pass(bench, 4)
    for _ in range(2):
        assert await ask(bench, "custodian", "/api/cases/close", case_number=CASE, reason=REASON) == DONE
    await days_pass(bench, 1)
    second = await accepted(bench)
    ends = [datetime.fromisoformat((await each.told())["delete_after"]) for each in (first, second)]
    assert ends[1] - ends[0] >= timedelta(days=1)
    await after(bench, 360)
    for _ in range(2):
        assert await ask(bench, "custodian", "/api/cases/reopen", case_number=CASE, reason=REASON) == DONE
    await after(bench, 400)
    assert first.bytes_kept
    assert second.bytes_kept
    assert await ask(bench, "custodian", "/api/cases/close", case_number=CASE, reason=REASON) == DONE
    assert await second.act("custodian", "holds", reason=REASON) == DONE
    await after(bench, 366)
    assert [custody.bytes_kept for custody in (first, second)] == [False, True]
    assert (await first.told())["tombstone"] == {"at": (await first.told())["deleted_at"], "why": "case_closed"}


async def test_only_a_case_that_there_is_is_closed(bench: HubBench) -> None:
    """With a reason that says something."""
    for what in ("close", "reopen"):
        path = f"/api/cases/{what}"
        assert await ask(bench, "custodian", path, case_number="26-2", reason=REASON) == (404, "case_unknown")
        assert await ask(bench, "custodian", path, case_number=CASE, reason="ok") == (400, "out_of_bounds")
        assert await ask(bench, "custodian", path, case_number=CASE) == (400, "missing_field")


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        ({"home_key_revoked": True, "reason": None}, (400, "reason_missing")),
        ({"home_key_revoked": True, "reason": "no"}, (400, "out_of_bounds")),
        ({"home_key_revoked": True, "reason": REASON}, DONE),
        ({"home_key_revoked": False, "reason": None}, DONE),
    ],
)
async def test_a_share_of_a_home_whose_key_was_revoked_is_accepted_with_a_reason_alone(
    bench: HubBench, body: dict[str, object], answer: tuple[int, str]
) -> None:
    """The reason stays with the share."""
    custody = await received(bench)
    async with bench.session.post(f"{bench.homes_url}/v1/consents", data=custody.share.consent()) as said:
        assert said.status == 200
    assert await custody.act("custodian", "accept", **body) == answer
    if answer == DONE:
        assert (await custody.told())["accept_reason"] == body["reason"]
    assert [each["kind"] for each in (await custody.told())["consents"]] == ["accept_early"]
