"""What stays of a request that nobody answered: shown to the owner until it is wiped, kept for no one else."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from custom_components.milton_share.cases.lapsed import LapsedHolds
from custom_components.milton_share.const import HOLD_AFTER_EXPIRY
from custom_components.milton_share.errors import MiltonShareError
from custom_components.milton_share.shared.milton_protocol.messages.requests.bundle import Bundle
from custom_components.milton_share.shared.milton_protocol.messages.requests.request import Request
from custom_components.milton_share.sources.errors import SourceError
from custom_components.milton_share.sources.model import Clock as SourceClock
from custom_components.milton_share.sources.model import Coverage
from tests.milton_share.conftest import CAMERA

from .test_days_and_clocks import DAY, Clock, clock, goes_on, hub, look_round

if TYPE_CHECKING:
    from custom_components.milton_share.cases.model import CaseView
    from tests.milton_share.conftest import Home

__all__ = ["clock", "hub"]


async def unanswered(home: Home, clock: Clock) -> CaseView:
    """Let a request expire whose footage is held; return its case as the owner sees it."""
    await home.place_camera()
    case = await home.looked_at()
    clock.ahead = 8 * DAY
    goes_on(home, 8 * DAY)
    await home.until(lambda: home.case(case.request_id).state == "lapsed")
    await home.until(lambda: home.case(case.request_id).footage_from is not None)
    return home.case(case.request_id)


@pytest.mark.usefixtures("recorded")
async def test_what_is_held_after_a_request_expired_is_shown_until_its_time_and_over_a_restart(
    home: Home, clock: Clock
) -> None:
    """With the time that there is and when it is wiped; its clip is gone, and so is it when its hold has ended."""
    case = await unanswered(home, clock)
    request = home.request(case.request_id)
    assert request is not None
    assert request.refused == "expired"
    assert case.kept_until == request.expires_at + HOLD_AFTER_EXPIRY
    assert case.footage_from is not None
    assert case.clip is None
    until = case.footage_from + timedelta(seconds=4)
    await home.panel.own.cut(home.owner.session, [CAMERA], case.footage_from, until, audio=False, masks={})
    await home.until(lambda: (own := home.state().own) is not None and own.cutting is None, 60)
    own = home.state().own
    assert own is not None
    assert [(one.refused, one.clip is not None) for one in own.clips] == [(None, True)], "kept for oneself"
    await home.restart()
    await home.until(lambda: home.case(case.request_id).footage_from == case.footage_from)
    await home.services.footage.source.release(case.case_id)
    await look_round(home)
    after = home.case(case.request_id)
    assert (after.state, after.footage_from, after.kept_until) == ("lapsed", None, None)
    with pytest.raises(MiltonShareError, match="nothing_held"):
        await home.panel.decisions.wipe_held(home.owner.session, case.request_id)


@pytest.mark.usefixtures("recorded")
async def test_what_is_held_can_be_wiped_before_its_time_and_nobody_is_told(home: Home, clock: Clock) -> None:
    """For good: neither a round nor a restart brings it back, and the room for holds is free."""
    case = await unanswered(home, clock)
    sent = [(call.path, call.body) for call in home.hub.calls if call.body]
    await home.panel.decisions.wipe_held(home.owner.session, case.request_id)
    assert home.case(case.request_id).footage_from is None
    with pytest.raises(SourceError, match="hold_unknown"):
        await home.services.footage.source.held(case.case_id)
    assert home.services.footage.hold_budget.held_bytes == 0
    with pytest.raises(MiltonShareError, match="nothing_held"):
        await home.panel.decisions.wipe_held(home.owner.session, case.request_id)
    await look_round(home)
    await home.restart()
    await look_round(home)
    assert home.case(case.request_id).footage_from is None
    assert [(call.path, call.body) for call in home.hub.calls if call.body] == sent


@pytest.mark.usefixtures("recorded")
async def test_a_request_that_is_open_or_withdrawn_has_nothing_to_be_wiped(home: Home) -> None:
    """Not this time is the answer to one; of the other nothing is left."""
    await home.place_camera()
    case = await home.held()
    with pytest.raises(MiltonShareError, match="nothing_held"):
        await home.panel.decisions.wipe_held(home.owner.session, case.request_id)
    home.hub.city.withdrawn.add(case.request_id)
    home.hub.publish()
    await home.until(lambda: home.case(case.request_id).state == "lapsed")
    await look_round(home)
    assert home.case(case.request_id).kept_until is None


class Holding:
    """A source in the place of the home's own, that answers as it is told."""

    def __init__(self, *answers: Coverage | str) -> None:
        """Take the answers, one after the other; a word is the rule by which it refuses."""
        self._answers = list(answers)

    async def held(self, _hold_id: str) -> Coverage:
        """Say it."""
        answer = self._answers.pop(0)
        if isinstance(answer, str):
            raise SourceError(answer)
        return answer


@pytest.mark.usefixtures("recorded")
async def test_a_source_that_can_not_say_what_is_held_is_asked_again_and_nothing_stays_of_what_is_forgotten(
    home: Home, clock: Clock
) -> None:
    """Nothing is called gone because a disk or a recorder fails; a case that is forgotten here is forgotten."""
    case = await unanswered(home, clock)
    services = home.services
    assessment = home.scheduler.judgment.assessment
    assert assessment is not None
    asked = Request.from_bytes(Bundle.from_bytes(assessment.bundles[case.request_id]).payload)
    whole = await services.footage.source.held(case.case_id)
    empty = Coverage(segments=(), gaps=(), clock=SourceClock(offset_ms=0, uncertainty_ms=150, method="arrival"))
    changes: list[int] = []
    source: Any = Holding("index_broken", empty, whole, whole, "hold_unknown")
    lapsed = LapsedHolds(services.book, source, lambda: changes.append(1))
    found = []
    for _ in range(6):
        await lapsed.look(assessment.verdicts)
        found.append(lapsed.footage(case.case_id, asked) is not None)
    assert found == [False, False, True, True, False, False]
    assert len(changes) == 2
    other = LapsedHolds(services.book, services.footage.source, lambda: None)
    await other.look(assessment.verdicts)
    services.book.drop({case.request_id})
    await other.look(assessment.verdicts)
    assert other.footage(case.case_id, asked) is None
