"""Law 1, proven from outside: 200 hours of homes that look, ignore, decline, have no match, or share at last.

Real Home Assistant cores with the real integration, a real broker, every byte recorded; three classifiers that see
all of it can't tell the homes apart, and find each of eight homes that leak. Who ignores pauses now and then, too.
"""

from __future__ import annotations

import re
import shutil
import sys
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from tests.simulators.silence.campaign import HOME, REQUEST, asked, lived
from tests.simulators.silence.classifiers import CLASSIFIERS
from tests.simulators.silence.features import before_approval, shape
from tests.simulators.silence.leaks import LEAKS
from tests.simulators.silence.trace import Behaviour, Seen
from tests.simulators.silence.wiretap import UP

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.simulators.silence.trace import Trace

MOSQUITTO = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")

pytestmark = [
    pytest.mark.skipif(MOSQUITTO is None, reason="mosquitto is not installed"),
    pytest.mark.timeout(1_200),
]

HOMES = 2
TAG = re.compile(r"[0-9a-f]{32}")
REQUESTS = 6
SHUFFLES = 999
CERTAIN = 0.001  # chance alone does as well once in a thousand times: below that, somebody can tell
FOUND = 0.01  # ten homes are few: a fault in two of them is seen this surely (the long campaign has more)


@pytest.fixture(scope="module")
def traces(tmp_path_factory: pytest.TempPathFactory, segment_file: Path) -> list[Trace]:
    """Live all homes once."""
    folder = tmp_path_factory.mktemp("silence")
    return lived(folder, segment_file, per_behaviour=HOMES, requests=REQUESTS, mqtt=True, python=sys.executable)


@pytest.mark.parametrize("unit", [REQUEST, HOME])
@pytest.mark.parametrize("name", CLASSIFIERS)
def test_nobody_who_sees_everything_can_tell_what_a_home_did(traces: list[Trace], name: str, unit: str) -> None:
    """Of five behaviours a classifier names the right one no oftener than of homes whose behaviours were shuffled."""
    result = asked(traces, unit, name, SHUFFLES)
    assert result.p_value > CERTAIN, result


@pytest.mark.parametrize("leak", LEAKS, ids=lambda leak: leak.__name__)
def test_a_home_that_leaks_is_found(traces: list[Trace], leak: Callable[[Trace], Trace]) -> None:
    """The same classifiers on the same homes with one fault: one of them sees it."""
    leaking = [leak(trace) for trace in traces]
    found = (asked(leaking, unit, name, SHUFFLES).p_value for unit in (REQUEST, HOME) for name in CLASSIFIERS)
    assert any(p_value <= FOUND for p_value in found)


@pytest.mark.parametrize("who", [Seen.HUB, Seen.RELAY, Seen.BUS])
def test_every_home_says_the_same_words_to_the_last_byte(traces: list[Trace], who: Seen) -> None:
    """The kinds of heads, messages and events are the same for each behaviour, but for counters."""
    said = {
        behaviour: {
            shape(sight)
            for trace in traces
            if trace.behaviour == behaviour
            for sight in before_approval(trace)
            if sight.who == who
        }
        for behaviour in Behaviour
    }
    assert said[Behaviour.NO_MATCH]
    assert all(words == said[Behaviour.NO_MATCH] for words in said.values()), said


def test_a_phone_is_told_of_each_request_in_the_same_words_at_the_same_moments(traces: list[Trace]) -> None:
    """Matched or not, looked at, put off, declined or not: first, a day before it closes, and when it closes."""
    end_s = min(trace.approved_s for trace in traces if trace.approved_s is not None)
    told = [[sight for sight in trace.sights if sight.who == Seen.RELAY and sight.at_s < end_s] for trace in traces]
    words = [Counter(map(shape, sights)) for sights in told]
    assert [max(each.values()) for each in words] == [REQUESTS] * len(traces)
    assert len(words[0]) == 3, "first message, reminder, clearing"
    assert all(each == words[0] for each in words)
    assert {len({tag for sight in sights for tag in TAG.findall(sight.text)}) for sights in told} == {REQUESTS}


def test_each_map_is_fetched_once_whatever_the_owner_does_meanwhile(traces: list[Trace]) -> None:
    """The city draws itself anew while requests are open: each home asks for both maps, by its own clock."""
    asked_for = [
        sum(sight.kind == UP and "GET /v1/map" in sight.text for sight in before_approval(trace)) for trace in traces
    ]
    assert set(asked_for) == {2}, asked_for


def test_a_home_speaks_to_nobody_else(traces: list[Trace]) -> None:
    """No other connection, no datagram, no name looked up in 200 hours."""
    assert [sight for trace in traces for sight in trace.sights if sight.who == Seen.ELSEWHERE] == []


def test_the_owners_did_what_they_are_sorted_by(traces: list[Trace]) -> None:
    """Else nothing would be proven: clips were looked at and declined, and shares went out after the approval only."""
    for trace in traces:
        acts = [what for _, what in trace.acts]
        assert (acts.count("later") == REQUESTS) == (trace.behaviour in {Behaviour.LOOKS, Behaviour.SHARES})
        pauses = REQUESTS // 2 if trace.behaviour == Behaviour.IGNORES else 0
        assert acts.count("pause") == acts.count("resume") == pauses
        assert acts.count("decline") == (REQUESTS if trace.behaviour == Behaviour.DECLINES else 0)
        assert (acts.count("look") >= REQUESTS) == (trace.behaviour in {Behaviour.LOOKS, Behaviour.SHARES})
        sent = [sight for sight in trace.sights if sight.kind == UP and "POST /v1/shares" in sight.text]
        assert bool(sent) == (trace.behaviour == Behaviour.SHARES)
        assert all(trace.approved_s is not None and sight.at_s > trace.approved_s for sight in sent)
