"""Reports of the moment of sending, by a server that keeps what it sends: they move no picture and no sound. Pure."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custom_components.milton_share.sources.recorder.filming.beside import beside_of
from custom_components.milton_share.sources.recorder.filming.description import Fragments
from custom_components.milton_share.sources.recorder.filming.heaps import Heaps
from custom_components.milton_share.sources.recorder.filming.lag import SPAN_S, Lag
from custom_components.milton_share.sources.recorder.filming.line import HEAP_S
from custom_components.milton_share.sources.recorder.filming.steady import KEPT_AGREE_S, KEPT_MIN_S, SECOND
from custom_components.milton_share.sources.recorder.filming.track import (
    HEAD_BYTES,
    HEAPS_WAIT,
    REPORTS,
    SENDER_REPORT,
    Track,
)
from tests.simulators.interleaved import SOUND, VIDEO, framed, report, rtp

RATES = {VIDEO: 90_000, SOUND: 8_000}
TYPES = {VIDEO: 96, SOUND: 97}
STEPS_S = {VIDEO: 1 / 15, SOUND: 0.02}
NOON_S = 1_800_000_000
FIRST_STAMPS = {VIDEO: (1 << 32) - 90_000 * 7, SOUND: 5}
OVER_S = 60.0
TICK_S = 0.001
NAMES = struct.pack(">BBHIBB2s", 0x81, 202, 2, 77, 1, 0, b"")
"""What a camera may send behind each report (RFC 3550 section 6.5)."""


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

    def all(self) -> list[tuple[float, bytes]]:
        """Return all that comes, and when."""
        found: list[tuple[float, float, bytes]] = []
        for channel, step_s in STEPS_S.items():
            taken = [number * step_s for number in range(round(OVER_S / step_s))]
            lost = self.lost.get(channel, [])
            none = lost + (self.pauses if channel == VIDEO else [])
            taken = [at_s for at_s in taken if not any(from_s <= at_s < until_s for from_s, until_s in none)]
            sent = sorted((max(self.sent(at_s), 0.0), at_s) for at_s in taken)
            counted = {at_s: number * step_s for number, at_s in enumerate(taken)} if lost else {}
            for number, (sent_s, at_s) in enumerate(sent):
                at = stamp(channel, counted.get(at_s, at_s))
                packet = rtp(number, struct.pack(">Bd", 0x41, at_s), at=at, kind=TYPES[channel])
                found.append((self.through(sent_s), sent_s, framed(channel, packet)))
            for number in range(round(OVER_S / self.every_s)):
                said_s = self.reports_from_s + number * self.every_s
                last_s = max((at_s for sent_s, at_s in sent if sent_s <= said_s), default=0.0)
                if self.foretells:
                    last_s = said_s - next((kept_s for from_s, kept_s in reversed(self.kept) if said_s >= from_s), 0.0)
                at_s = counted.get(last_s, last_s) + (said_s - last_s if self.truly else 0.0)
                told = report(ntp=round(self.clock(said_s) * SECOND), at=stamp(channel, at_s))
                found.append((self.through(said_s), said_s, framed(channel + 1, told)))
                found.append((self.through(said_s), said_s + TICK_S, framed(channel + 1, NAMES)))
        return [(came_s, packet) for came_s, _, packet in sorted(found)]


def stamp(channel: int, at_s: float) -> int:
    """Give the stamp of what was taken then."""
    return (FIRST_STAMPS[channel] + round(at_s * RATES[channel])) % (1 << 32)


def errors_s(server: Server) -> dict[int, list[tuple[float, float]]]:
    """For each packet of each track: when it was taken, and how far libav has it from that, by the reports it gets."""
    tracks = {
        channel: Track(number=number, payload_type=TYPES[channel], fragments=Fragments.OTHER, rate_hz=rate_hz)
        for number, (channel, rate_hz) in enumerate(RATES.items())
    }
    line = Heaps(tracks=tracks, beside=beside_of(tracks))
    found: dict[int, list[tuple[float, float]]] = {VIDEO: [], SOUND: []}
    said: dict[int, tuple[int, int]] = {}
    coming = server.all()
    for heap in range(1, round((OVER_S + 20) / HEAP_S)):
        now_s = heap * HEAP_S
        data = b""
        while coming and coming[0][0] < now_s:
            data += coming.pop(0)[1]
        for packet in line.take(data, now_s):
            if packet[1] in REPORTS:
                if packet[1] != SENDER_REPORT:
                    continue
                channel = (VIDEO, SOUND)[int.from_bytes(packet[4:8]) - 1]
                said[channel] = int.from_bytes(packet[8:16]), int.from_bytes(packet[16:20])
                continue
            channel = (VIDEO, SOUND)[int.from_bytes(packet[8:12]) - 1]
            at = int.from_bytes(packet[4:8])
            if channel in said and len(packet) > HEAD_BYTES:
                (taken_s,) = struct.unpack(">d", packet[HEAD_BYTES + 1 :])
                ntp, of = said[channel]
                shown_s = ntp / SECOND + since(at, of) / RATES[channel]
                found[channel].append((taken_s, shown_s - NOON_S - taken_s))
    return found


def since(at: int, of: int) -> int:
    """Count from one stamp to another."""
    return (at - of + (1 << 31)) % (1 << 32) - (1 << 31)


@pytest.mark.parametrize("kept_s", [1.5, 4.0, 12.0])
@pytest.mark.parametrize("reports_from_s", [0.5, 1.3, 2.2, 3.9, 4.7])
def test_a_server_that_begins_to_keep_what_it_sends_moves_nothing_though_it_says_that_it_is_of_now(
    kept_s: float, reports_from_s: float
) -> None:
    """Wherever in its pause a report falls; nor does it when it is in time again."""
    server = Server(kept=[(20.0, kept_s), (40.0, 0.0)], reports_from_s=reports_from_s)
    for errors in errors_s(server).values():
        assert max(abs(error_s) for _, error_s in errors) < max(STEPS_S.values()) + TICK_S


def test_nor_does_one_that_says_so_before_anything_comes_late() -> None:
    """What came just before it says nothing of that."""
    errors = errors_s(Server(kept=[(20.0, 4.0)], reports_from_s=0.05, foretells=True))
    assert {round(error_s, 2) for each in errors.values() for _, error_s in each} == {0.0}


def test_a_line_that_stands_still_moves_nothing_though_a_report_was_made_before_what_waits_was_sent() -> None:
    """All comes at once, and the report in the middle of it."""
    for reports_from_s in (0.5, 2.5):
        server = Server(kept=[(20.0, 3.0), (23.0, 0.0)], stands=[(20.0, 24.0)], reports_from_s=reports_from_s)
        for errors in errors_s(server).values():
            assert max(abs(error_s) for _, error_s in errors) < max(STEPS_S.values()) + TICK_S


@pytest.mark.parametrize("every_s", [0.2, 5.0])
@pytest.mark.parametrize("put_s", [0.3, 5.0, -5.0, 3600.0])
def test_a_clock_that_is_put_is_gone_by_where_nothing_comes_late(put_s: float, every_s: float) -> None:
    """From the next report on; pictures and sound alike."""
    for errors in errors_s(Server(put=[(20.0, put_s)], truly=True, every_s=every_s)).values():
        assert {round(error_s, 2) for at_s, error_s in errors if at_s < 20} == {0.0}
        assert {round(error_s, 2) for at_s, error_s in errors if at_s > 20 + 5 + HEAP_S} == {round(put_s, 2)}


@pytest.mark.parametrize("pauses", [False, True])
def test_sound_whose_stamps_count_what_was_heard_is_where_true_reports_have_it(*, pauses: bool) -> None:
    """It came late by its stamps, for some was lost; pictures, which a server would keep as well, did not by theirs."""
    during = (20.0, 23.0)
    server = Server(lost={SOUND: [during]}, pauses=[during] if pauses else [], truly=True)
    errors = errors_s(server)
    for channel in (VIDEO, SOUND):
        assert {round(error_s, 2) for at_s, error_s in errors[channel] if at_s > 23 + 5 + 3 * HEAP_S} == {0.0}


def test_a_clock_that_is_put_is_gone_by_though_the_sound_has_ended() -> None:
    """It is waited for a few seconds."""
    server = Server(put=[(20.0, 5.0)], lost={SOUND: [(15.0, OVER_S)]}, truly=True)
    shown = errors_s(server)[VIDEO]
    assert {round(error_s, 2) for at_s, error_s in shown if at_s > 20 + 5 + (HEAPS_WAIT + 2) * HEAP_S} == {5.0}


def test_true_reports_of_a_server_that_keeps_what_it_sends_move_nothing_either() -> None:
    """They are what is due."""
    for errors in errors_s(Server(kept=[(20.0, 4.0)], truly=True)).values():
        assert max(abs(error_s) for _, error_s in errors) < TICK_S


@given(
    st.lists(st.tuples(st.floats(6, 50), st.floats(0, 8)), max_size=4),
    st.lists(st.tuples(st.floats(6, 50), st.floats(0.1, 5)), max_size=2),
    st.floats(0.7, 6),
    st.floats(0.1, 4),
)
@settings(max_examples=25, deadline=None)  # a loaded machine is late
def test_nothing_is_moved_farther_than_pictures_may_come_late_whatever_a_server_keeps_and_when_it_says_so(
    kept: list[tuple[float, float]], stands: list[tuple[float, float]], every_s: float, reports_from_s: float
) -> None:
    """A track at a time: they agree where neither is moved."""
    server = Server(
        kept=sorted(kept),
        stands=[(from_s, from_s + for_s) for from_s, for_s in stands],
        every_s=every_s,
        reports_from_s=reports_from_s,
    )
    for errors in errors_s(server).values():
        assert max(abs(error_s) for _, error_s in errors) < KEPT_MIN_S + KEPT_AGREE_S


def test_how_late_packets_come_is_told_of_the_soonest_of_the_last_minutes() -> None:
    """A clock that drifts makes nothing late, and what has been late for long is forgotten."""
    lag, at_s, late_s = Lag(rate_hz=90_000), 0.0, 0.0
    for number in range(4_000):
        at_s = number * 0.25
        late_s = lag.came(round(at_s * 90_000) % (1 << 32), at_s * (1 + 200e-6))
        assert late_s < 2 * SPAN_S * 200e-6 + TICK_S
    assert lag.came(round((at_s + 0.25) * 90_000) % (1 << 32), at_s + 4.25) == pytest.approx(4.0, abs=0.3)
    for number in range(1, 3 * round(SPAN_S)):
        late_s = lag.came(round((at_s + number) * 90_000) % (1 << 32), at_s + 4 + number)
    assert late_s < TICK_S


def test_stamps_that_go_back_make_nothing_late() -> None:
    """They began anew."""
    lag = Lag(rate_hz=90_000)
    assert [lag.came(stamp_s * 90_000, now_s) for stamp_s, now_s in ((50, 0.0), (51, 1.0), (41, 2.0))] == [0, 0, 0]
    assert lag.came(42 * 90_000, 5.0) == pytest.approx(2.0)
