"""A hub that was taken over sends thousands of requests that are none: the owner's page stays quick, and says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from custom_components.milton_share.city.request_reader import REFUSED_READ_MAX, RequestReader
from custom_components.milton_share.city.verdicts import refuse_all
from custom_components.milton_share.panel.presenters import UNREADABLE_SHOWN_MAX

if TYPE_CHECKING:
    from tests.milton_share.conftest import Home

FLOOD = {f"{number:064x}": b"{" for number in range(REFUSED_READ_MAX + 50)}


def test_so_many_refused_requests_are_read_and_no_more() -> None:
    """Whatever has a case is read beside them."""
    assessment = refuse_all("papers_missing", FLOOD)
    last = max(FLOOD)
    assert len(RequestReader().read(assessment, set())) == REFUSED_READ_MAX
    read = RequestReader().read(assessment, {last})
    assert len(read) == REFUSED_READ_MAX + 1
    assert read[last] is None


async def test_the_owner_is_told_how_many_there_are(home: Home) -> None:
    """The first are named; all are counted, also those that nobody read."""
    home.scheduler.judgment.assessment = refuse_all("papers_missing", FLOOD)
    state = home.state()
    assert state.requests == ()
    assert len(state.unreadable) == UNREADABLE_SHOWN_MAX
    assert state.unreadable_count == len(FLOOD)
