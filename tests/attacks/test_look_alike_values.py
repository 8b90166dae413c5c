"""What is tried to bring a value into a request that looks like another one: at a hub that says yes to any pattern."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from hub.directory.proposal import TYPE, read_proposal
from hub.kit.settings import SETTINGS_NAME, Settings
from milton_protocol.errors import ProtocolError
from tests.simulators.agency import found_agency, serving_agency
from tests.simulators.hub_bench import MovableClock

if TYPE_CHECKING:
    from pathlib import Path

    from milton_protocol.canonical import JsonValue

LOOK_ALIKES = (
    "26  104417",
    "\uff12\uff16-104417",
    "26\u2010104417",
    "26-104417\u0410",
    "26-104417\u0301",
    "- / .",
)
UNSEEN = ("26-104417 ", " 26-104417", "26\u00a0104417", "26-104417\uffff", "26-10\u200b4417")
PERSON: dict[str, JsonValue] = {
    "change": "add_person",
    "person_id": "new-one",
    "name": "Ana Peña",
    "roles": ["officer"],
}


def proposal(badge: str) -> dict[str, JsonValue]:
    """Return the proposal of a new person with this badge."""
    return {"type": TYPE, "version": 1, "changes": [PERSON | {"badge": badge}]}


async def test_no_pattern_lets_a_case_number_through_that_only_looks_like_one(tmp_path: Path) -> None:
    """Whatever the agency's pattern says, the hub drafts no request that every home refuses."""
    settings, passkeys = await asyncio.to_thread(found_agency, tmp_path)
    file = settings.folder / SETTINGS_NAME
    file.write_text(file.read_text() + '\n[policy]\ncase_number = ".+"\n')
    async with serving_agency(Settings.load(settings.folder), passkeys, MovableClock()) as agency:
        officer = await agency.desk("officer")
        for number in LOOK_ALIKES:
            _, answer = await officer.ask("POST", "/api/requests", agency.draft(case_number=number))
            assert [each["rule"] for each in answer["broken"]] == ["case_number_wrong"], ascii(number)
        for number in UNSEEN:
            status, answer = await officer.ask("POST", "/api/requests", agency.draft(case_number=number))
            assert (status, answer["error"]) == (400, "forbidden_character"), ascii(number)
        assert (await officer.draft(case_number="MPD #26/104.417_A"))["id"]


@pytest.mark.parametrize("badge", [*LOOK_ALIKES, *UNSEEN], ids=ascii)
def test_no_badge_that_only_looks_like_anothers_gets_into_a_directory(badge: str) -> None:
    """An owner who calls about badge 77 is told of one person."""
    assert read_proposal(proposal("77"))
    with pytest.raises(ProtocolError, match=r"not_a_code|forbidden_character"):
        read_proposal(proposal(badge))


def test_who_has_no_badge_is_said_to_have_none() -> None:
    """An administrator, say."""
    assert read_proposal(proposal("-"))
