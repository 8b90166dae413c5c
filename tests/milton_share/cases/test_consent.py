"""The consent machine, every state against every event."""

from __future__ import annotations

import itertools

import pytest

from custom_components.milton_share.cases.repository import step_of
from custom_components.milton_share.cases.state import (
    ENDED,
    Approve,
    ConsentCase,
    ConsentError,
    Decline,
    Event,
    Hold,
    Lapse,
    Look,
    Match,
    Receive,
    Seal,
    State,
    Upload,
    Withdraw,
    advance,
)

CLIP, SHARE = "c" * 64, "5" * 32
EVENTS: tuple[Event, ...] = (
    Match(), Hold(), Look(CLIP), Approve(CLIP, SHARE), Seal(), Upload(), Receive(), Decline(), Lapse(), Withdraw(),
)  # fmt: skip
ALLOWED = {
    (State.RECEIVED, Match): State.MATCHED,
    (State.MATCHED, Hold): State.HELD,
    (State.HELD, Look): State.REVIEWING,
    (State.REVIEWING, Look): State.REVIEWING,
    (State.REVIEWING, Approve): State.APPROVED,
    (State.APPROVED, Seal): State.SEALED,
    (State.SEALED, Upload): State.UPLOADED,
    (State.SEALED, Receive): State.RECEIPTED,
    (State.UPLOADED, Receive): State.RECEIPTED,
    **{(state, Decline): State.DECLINED for state in (State.RECEIVED, State.MATCHED, State.HELD, State.REVIEWING)},
    **{
        (state, Lapse): State.LAPSED
        for state in (State.RECEIVED, State.MATCHED, State.HELD, State.REVIEWING, State.APPROVED, State.SEALED)
    },
    **{(state, Withdraw): State.WITHDRAWN for state in (State.APPROVED, State.SEALED, State.UPLOADED, State.RECEIPTED)},
}


def test_every_event_is_a_durable_step_with_a_name() -> None:
    """So that the crash matrix finds it."""
    assert len({step_of(event) for event in EVENTS}) == len(EVENTS)


def case(state: State) -> ConsentCase:
    """Return a case that was looked at."""
    return ConsentCase(case_id="a" * 32, request_id="b" * 64, camera_id="door", state=state, clip_sha256=CLIP)


@pytest.mark.parametrize(("state", "event"), itertools.product(State, EVENTS), ids=str)
def test_only_the_listed_steps_happen(state: State, event: Event) -> None:
    """Everything else is refused by a name, and changes nothing."""
    expected = ALLOWED.get((state, type(event)))
    if expected is None:
        with pytest.raises(ConsentError) as refused:
            advance(case(state), event)
        assert refused.value.rule
    else:
        assert advance(case(state), event).state is expected


def test_nothing_but_an_approval_leads_to_a_share() -> None:
    """Every way to a sealed, uploaded or receipted case goes through `Approve`."""
    reached = {State.RECEIVED}
    while True:
        further = {to for (state, event), to in ALLOWED.items() if state in reached and event is not Approve}
        if further <= reached:
            break
        reached |= further
    assert reached.isdisjoint({State.APPROVED, State.SEALED, State.UPLOADED, State.RECEIPTED})


def test_what_ended_stays_ended() -> None:
    """No event moves a case that lapsed, was withdrawn or declined."""
    assert not [pair for pair in ALLOWED if pair[0] in ENDED]


def test_an_approval_names_the_clip_that_was_looked_at() -> None:
    """Another digest is refused."""
    with pytest.raises(ConsentError, match="other_clip"):
        advance(case(State.REVIEWING), Approve("d" * 64, SHARE))
    assert advance(case(State.REVIEWING), Approve(CLIP, SHARE)).share_id == SHARE
