"""Reports of the moment of sending, by a server that keeps what it sends: how late pictures are is told. Pure."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from custom_components.milton_share.sources.recorder.errors import RecorderError
from custom_components.milton_share.sources.recorder.filming.kept import AGREE_S, LATE_MIN_S, SPAN_S, TELLS_S, Kept, Lag
from custom_components.milton_share.sources.recorder.run import LATE_MAX, LATE_MERGED_S, Run, parse_line
from custom_components.milton_share.sources.recorder.times.spoken import LATE_AFTER_S, LATE_BEFORE_S, Late
from tests.simulators.interleaved import SOUND, VIDEO, report, rtp
from tests.simulators.publishing import is_report, stamp_of

SECOND = 1 << 32
"""Of a report's time."""
HEAD_BYTES = 12
"""Of an RTP packet."""
NAMES_OF = {VIDEO: "video", SOUND: "audio"}
RATES = {VIDEO: 90_000, SOUND: 8_000}
TYPES = {VIDEO: 96, SOUND: 97}
STEPS_S = {VIDEO: 1 / 15, SOUND: 0.02}
NOON_S = 1_800_000_000
FIRST_STAMPS = {VIDEO: (1 << 32) - 90_000 * 7, SOUND: 5}
OVER_S = 60.0
TICK_S = 0.001


@dataclass(kw_only=True)
class Server:
    """Sends what was taken `kept_s` ago, or later where the line stands still, and reports every so often.

    By the stamp of what it sends, which it says is of now, or `truly`.
    """

    kept: list[tuple[float, float]] = field(default_factory=list)
    """From when on how long."""
    stands: list[tuple[float, float]] = field(default_factory=list)
    """From when to when nothing comes through; then all of it does."""
    put: list[tuple[float, float]] = field(default_factory=list)
    """From when on the clock is so far ahead."""
    pauses: list[tuple[float, float]] = field(default_factory=list)
    """From when to when there are no pictures."""
    lost: dict[int, list[tuple[float, float]]] = field(default_factory=dict)
    """From when to when a channel's camera has nothing to send; its stamps count what it has."""
    rate: float = 1.0
    """Of its pictures' stamps."""
    every_s: float = 5.0
    reports_from_s: float = 0.5
    truly: bool = False
    foretells: bool = False
    """Of what it would send now, had it begun to keep it before."""

    def sent(self, taken_s: float) -> float:
        """Say when it sends what was taken then."""
        at_s = taken_s
        for from_s, kept_s in self.kept:
            if at_s >= from_s:
                at_s = max(taken_s + kept_s, from_s)
        return at_s

    def through(self, sent_s: float) -> float:
        """Say when what it sends then comes."""
        return next((until_s for from_s, until_s in self.stands if from_s <= sent_s < until_s), sent_s)

    def clock(self, at_s: float) -> float:
        """Tell its time."""
        return NOON_S + at_s + next((ahead_s for from_s, ahead_s in reversed(self.put) if at_s >= from_s), 0.0)

    def all(self) -> list[tuple[float, int, bytes]]:
        """Return all that comes: when, on which channel, and what."""
        found: list[tuple[float, float, int, bytes]] = []
        for channel, step_s in STEPS_S.items():
            taken = [number * step_s for number in range(round(OVER_S / step_s))]
            lost = self.lost.get(channel, [])
            none = lost + (self.pauses if channel == VIDEO else [])
            taken = [at_s for at_s in taken if not any(from_s <= at_s < until_s for from_s, until_s in none)]
            sent = sorted((max(self.sent(at_s), 0.0), at_s) for at_s in taken)
            counted = {at_s: number * step_s for number, at_s in enumerate(taken)} if lost else {}
            if channel == VIDEO and self.rate != 1:
                counted = {at_s: at_s * self.rate for at_s in taken}
            for number, (sent_s, at_s) in enumerate(sent):
                at = stamp(channel, counted.get(at_s, at_s))
                packet = rtp(number, struct.pack(">Bd", 0x41, at_s), at=at, kind=TYPES[channel])
                found.append((self.through(sent_s), sent_s, channel, packet))
            for number in range(round(OVER_S / self.every_s)):
                said_s = self.reports_from_s + number * self.every_s
                last_s = max((at_s for sent_s, at_s in sent if sent_s <= said_s), default=0.0)
                if self.foretells:
                    last_s = said_s - next((kept_s for from_s, kept_s in reversed(self.kept) if said_s >= from_s), 0.0)
                at_s = counted.get(last_s, last_s) + (said_s - last_s if self.truly else 0.0)
                told = report(ntp=round(self.clock(said_s) * SECOND), at=stamp(channel, at_s))
                found.append((self.through(said_s), said_s, channel, told))
        return [(came_s, channel, packet) for came_s, _, channel, packet in sorted(found)]


def stamp(channel: int, at_s: float) -> int:
    """Give the stamp of what was taken then."""
    return (FIRST_STAMPS[channel] + round(at_s * RATES[channel])) % (1 << 32)


@dataclass(kw_only=True)
class Seen:
    """What comes of it: how far libav has each picture from when it was taken, and what is told."""

    errors: list[tuple[float, float]] = field(default_factory=list)
    """Beside when it came."""
    told: list[tuple[float, float]] = field(default_factory=list)
    """When, and how late pictures are."""

    def untold_s(self) -> float:
        """Return by how much more than was told of its time the worst of the pictures is off."""
        return max(
            abs(error_s) - max((late_s for at_s, late_s in self.told if at_s - LATE_BEFORE_S < came_s), default=0.0)
            for came_s, error_s in self.errors
        )


def seen(server: Server) -> Seen:
    """Let all that comes be stamped as libav does: by each track's last report, and a picture when the next begins."""
    found, kept = Seen(), Kept()
    said: dict[int, tuple[float, int]] = {}
    held: tuple[float, float] | None = None
    for came_s, channel, packet in server.all():
        if is_report(packet):
            said[channel] = int.from_bytes(packet[8:16]) / SECOND - NOON_S, stamp_of(packet)
            continue
        moment_s, of = said.get(channel, (0.0, FIRST_STAMPS[channel]))
        at_s = moment_s + since(stamp_of(packet), of) / RATES[channel]
        if channel == VIDEO:
            (taken_s,) = struct.unpack(">d", packet[HEAD_BYTES + 1 :])
            if channel in said:
                found.errors.append((came_s, at_s - taken_s))
            (at_s, _), held = held or (at_s, 0.0), (at_s, came_s)
        if late_s := kept.given(NAMES_OF[channel], at_s, came_s):
            found.told.append((came_s, late_s))
    return found


def since(at: int, of: int) -> int:
    """Count from one stamp to another."""
    return (at - of + (1 << 31)) % (1 << 32) - (1 << 31)


@pytest.mark.parametrize("kept_s", [1.5, 4.0, 12.0])
@pytest.mark.parametrize("reports_from_s", [0.5, 1.3, 2.2, 3.9, 4.7])
def test_pictures_that_a_server_begins_to_keep_are_told_to_be_late_though_it_says_that_they_are_of_now(
    kept_s: float, reports_from_s: float
) -> None:
    """Wherever in its pause a report falls."""
    found = seen(Server(kept=[(20.0, kept_s), (40.0, 0.0)], reports_from_s=reports_from_s))
    assert max(error_s for _, error_s in found.errors) > kept_s - 0.1
    assert max(late_s for _, late_s in found.told) == pytest.approx(kept_s + AGREE_S, abs=TELLS_S + AGREE_S)
    assert found.untold_s() < AGREE_S


def test_so_are_they_where_it_says_so_before_anything_comes_late() -> None:
    """What came just before says nothing of that."""
    found = seen(Server(kept=[(20.0, 4.0)], reports_from_s=0.05, foretells=True))
    assert found.untold_s() < AGREE_S
    assert found.told != []


def test_so_are_they_where_a_line_stands_still_and_a_report_was_made_before_what_waits_was_sent() -> None:
    """All comes at once, and the report in the middle of it."""
    found = seen(Server(kept=[(20.0, 3.0), (23.0, 0.0)], stands=[(20.0, 24.0)], reports_from_s=2.5))
    assert found.untold_s() < AGREE_S


@pytest.mark.parametrize("every_s", [0.2, 5.0])
@pytest.mark.parametrize("put_s", [0.3, 5.0, -5.0, 3600.0])
def test_nothing_is_late_where_a_clock_is_put(put_s: float, every_s: float) -> None:
    """It is gone by from the next report on."""
    found = seen(Server(put=[(20.0, put_s)], truly=True, every_s=every_s))
    assert found.told == []
    assert {round(error_s, 2) for came_s, error_s in found.errors if came_s > 20 + every_s + 0.5} == {put_s}


def late(line: bytes) -> Late:
    """Read the word."""
    _, said = parse_line(line)
    assert isinstance(said, Late)
    return said


def test_a_run_keeps_each_word_of_pictures_that_are_late_and_not_without_end() -> None:
    """What is no such word ends the process that says it."""
    run = Run(lambda: None, lambda: None)
    for number in range(2 * LATE_MAX + 4):  # those of ten seconds are one
        run.hear(late(f"1^{4.5 if number % 2 else 3.0},{number * 5}.0\n".encode()))
    assert run.heard(0.0).late == tuple(Late(by_s=4.5, at_s=number * 10) for number in range(2, LATE_MAX + 2))
    assert LATE_MAX * LATE_MERGED_S >= LATE_BEFORE_S + LATE_AFTER_S
    for line in (b"1^\n", b"1^4\n", b"1^nan,1\n", b"1^4,x\n", b"1^4,1,1\n"):
        with pytest.raises(RecorderError):
            parse_line(line)


@pytest.mark.parametrize(
    ("start_s", "end_s", "doubts"),
    [(0.0, 85.0, False), (75.0, 85.1, True), (100.0, 110.0, True), (399.9, 410.0, True), (400.0, 410.0, False)],
)
def test_a_segment_is_doubted_from_a_while_before_that_was_known_to_minutes_after(
    start_s: float, end_s: float, *, doubts: bool
) -> None:
    """A report may have been late for as long as the server paused."""
    assert Late(by_s=4.0, at_s=100.0).doubts(start_s, end_s) == doubts


def test_nothing_is_late_where_sound_was_lost_and_its_stamps_count_on() -> None:
    """It comes late by its stamps; pictures, which a server would keep as well, do not by theirs."""
    assert seen(Server(lost={SOUND: [(20.0, 23.0)]}, truly=True)).told == []


def test_a_camera_that_stands_still_with_its_sound_is_doubted_by_as_long_and_one_whose_sound_goes_on_is_not() -> None:
    """A report may have moved both meanwhile."""
    during = (20.0, 23.0)
    found = seen(Server(lost={SOUND: [during]}, pauses=[during], truly=True))
    assert [late_s for _, late_s in found.told] == [pytest.approx(3.0 + AGREE_S, abs=0.1)]
    assert seen(Server(pauses=[during], truly=True)).told == []


def test_no_more_is_doubted_than_a_report_was_later_than_due() -> None:
    """However late all comes then: a camera of few pictures names the last one, or its clock is put by a little."""
    found = seen(Server(kept=[(20.0, 4.0)], put=[(22.0, 0.4)], truly=True))
    assert [late_s for _, late_s in found.told] == [pytest.approx(0.4 + AGREE_S, abs=0.01)]


@pytest.mark.parametrize("rate", [0.8, 0.96, 1.04])
def test_nothing_is_late_where_a_camera_counts_its_pictures_by_another_rate(rate: float) -> None:
    """Its sound is not late."""
    assert seen(Server(rate=rate, truly=True)).told == []


def test_a_clock_that_is_put_by_more_than_pictures_are_late_is_a_clock_that_is_put() -> None:
    """However late they are."""
    assert seen(Server(kept=[(20.0, 3.0)], put=[(40.0, 3600.0)], truly=True)).told == []


def test_nothing_is_told_of_a_server_whose_reports_are_true() -> None:
    """They are what is due, and say how late pictures are."""
    found = seen(Server(kept=[(20.0, 4.0)], truly=True))
    assert found.told == []
    assert max(abs(error_s) for _, error_s in found.errors) < TICK_S


@given(
    st.lists(st.tuples(st.floats(6, 50), st.floats(0, 8)), max_size=4),
    st.lists(st.tuples(st.floats(6, 50), st.floats(0.1, 5)), max_size=2),
    st.floats(0.7, 6),
    st.floats(0.1, 4),
)
@example(kept=[(6.0, 4.75)], stands=[], every_s=1.90625, reports_from_s=3.125)  # two reports move two pictures in a row
@settings(max_examples=25, deadline=None)  # a loaded machine is late
def test_no_picture_is_later_than_is_told_whatever_a_server_keeps_and_when_it_says_so(
    kept: list[tuple[float, float]], stands: list[tuple[float, float]], every_s: float, reports_from_s: float
) -> None:
    """But for a second, which is stated of every picture."""
    server = Server(
        kept=sorted(kept),
        stands=[(from_s, from_s + for_s) for from_s, for_s in stands],
        every_s=every_s,
        reports_from_s=reports_from_s,
    )
    assert seen(server).untold_s() < LATE_MIN_S + AGREE_S


def test_a_camera_without_sound_is_told_nothing_of() -> None:
    """Libav moves nothing there: word and arrival show it."""
    kept = Kept()
    assert not any(kept.given("video", number / 15 + 4 * (number > 99), number / 15) for number in range(200))


def test_how_late_packets_come_is_told_of_the_soonest_of_the_last_minutes() -> None:
    """A clock that drifts makes nothing late, and what has been late for long is forgotten."""
    lag, at_s = Lag(), 0.0
    for number in range(4_000):
        at_s = number * 0.25
        lag.came(at_s, at_s * (1 + 200e-6))
        assert lag.late_s < 2 * SPAN_S * 200e-6 + TICK_S
    lag.came(at_s + 0.25, at_s + 4.25)
    assert lag.late_s == pytest.approx(4.0, abs=0.3)
    for number in range(1, 3 * round(SPAN_S)):
        lag.came(at_s + number, at_s + 4 + number)
    assert lag.late_s < TICK_S


def test_what_comes_all_at_once_after_a_pause_was_moved_by_no_report() -> None:
    """Of a camera of one picture a second, too."""
    lag = Lag()
    for number in range(20):
        lag.came(number, max(number, 14.0 if number > 10 else 0.0))
        assert not lag.put_s
