"""What the witnesses say of the log together, and how people read it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hub.kit.notices import About
from hub.witnesses.standing import Standing, denial_notice, is_denied, trouble_notice
from hub.witnesses.troubles import Trouble
from tests.simulators.city import NOW

WELL = Standing(name="well", size=9, cosigned_at=NOW, asked_at=NOW)
AHEAD = Standing(
    name="ahead", asked_at=NOW, trouble=Trouble.AHEAD, troubled_since=NOW, denies=Trouble.AHEAD, denied_size=12
)
FORKED = Standing(
    name="forked", asked_at=NOW, trouble=Trouble.FORKED, troubled_since=NOW, denies=Trouble.FORKED, denied_size=7
)
AWAY = Standing(name="away", size=9, cosigned_at=NOW, asked_at=NOW, trouble=Trouble.AWAY, troubled_since=NOW)
NEW = Standing(name="new")


@pytest.mark.parametrize(
    ("standings", "denied"),
    [
        ([], False),
        ([NEW, AWAY], False),
        ([WELL], False),
        ([AHEAD], True),
        ([FORKED, AWAY, NEW], True),
        ([AHEAD, WELL], True),
        ([AHEAD, WELL, WELL], False),
        ([AHEAD, FORKED, WELL], True),
    ],
)
def test_a_log_is_denied_by_as_many_as_cosign_it(standings: list[Standing], *, denied: bool) -> None:
    """One of three that lies stops nothing; one of two does, for nobody can tell which of them is right."""
    assert is_denied(standings) is denied


def test_a_denial_is_said_with_both_sizes_and_what_it_stops() -> None:
    """And that it may be the witness who is wrong."""
    notice = denial_notice([AHEAD, FORKED], 9)
    assert notice is not None
    assert (notice.about, notice.since) == (About.LOG_DENIED, NOW)
    assert notice.sentence == (
        "The public log has 9 entries here. ahead says that it has seen 12 of it; "
        "forked says that it does not go on from the 7 that it has seen. "
        "Either the hub was restored from an older backup, or its log was forked, or these witnesses are wrong. "
        "Nothing is published until this is cleared up."
    )
    overruled = denial_notice([AHEAD, WELL, WELL], 9)
    assert overruled is not None
    assert overruled.sentence.endswith("Others cosign it.")
    assert denial_notice([WELL, AWAY, NEW], 9) is None


def test_a_witness_that_is_away_is_said_when_it_lasts() -> None:
    """Whoever is started again is no news."""
    assert trouble_notice([WELL, AWAY, AHEAD], NOW + timedelta(minutes=59)) is None
    notice = trouble_notice([WELL, AWAY, AHEAD], NOW + timedelta(hours=1))
    assert notice is not None
    assert (notice.about, notice.since) == (About.WITNESSES, NOW)
    assert notice.sentence == (
        "Of 3 witnesses of the public log 1 does not cosign it: away is not reached, or can't answer now."
    )
