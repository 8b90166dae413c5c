"""Where sound lies beside its pictures in what libav gets, whatever each track begins with."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.milton_share.sources.recorder.filming.beside import (
    EARLIER_MAX_S,
    HELD_BYTES_MAX,
    HELD_S,
    LATER_MAX_S,
    beside_of,
)
from custom_components.milton_share.sources.recorder.filming.description import Fragments
from custom_components.milton_share.sources.recorder.filming.heaps import Heaps
from custom_components.milton_share.sources.recorder.filming.track import SENDER_REPORT, Track
from tests.simulators.interleaved import SOUND, VIDEO, framed, report, rtp

RATES_HZ = {VIDEO: 90_000, SOUND: 8_000}
STEPS_S = {VIDEO: 1 / 15, SOUND: 0.02}
HEAP_S, SECONDS = 0.25, 9.0
NTP_S = 1 << 32
TICKS_S = 0.0005
"""What rounding to ticks adds up to."""


@dataclass(slots=True, kw_only=True)
class Camera:
    """Moments are seconds since it was asked; `lags_s` is what a track takes from its moment until it comes."""

    begins_s: dict[int, float] = field(default_factory=lambda: {VIDEO: 0.0, SOUND: 0.0})
    bases: dict[int, int] = field(default_factory=lambda: {VIDEO: 0, SOUND: 0})
    lags_s: dict[int, float] = field(default_factory=lambda: {VIDEO: 0.0, SOUND: 0.0})
    reports_s: dict[int, float] = field(default_factory=dict)
    """When each track is reported, of which moment."""
    clock_s: float = 4e9
    says: bool = False
    """Where its tracks begin."""

    def stamp(self, channel: int, at_s: float) -> int:
        """Return the stamp of a moment."""
        return self.bases[channel] + round(at_s * RATES_HZ[channel]) & 0xFFFFFFFF

    def came(self) -> list[tuple[float, int, bytes]]:
        """List what comes: when, on which channel."""
        found = []
        for channel, step_s in STEPS_S.items():
            for number in range(round((SECONDS - self.begins_s[channel]) / step_s)):
                at_s = self.begins_s[channel] + number * step_s
                payload = number.to_bytes(4) if channel == SOUND else b"\x65" + number.to_bytes(4)
                one = rtp(number, payload, at=self.stamp(channel, at_s), kind=96 + channel // 2)
                found.append((at_s + self.lags_s[channel], channel, one))
        for channel, at_s in self.reports_s.items():
            said = report(ntp=round((self.clock_s + at_s) * NTP_S), at=self.stamp(channel, at_s))
            found.append((at_s, channel + 1, said))
        return sorted(found, key=lambda one: one[0])

    def tracks(self) -> dict[int, Track]:
        """Describe them."""
        return {
            channel: Track(
                number=channel // 2,
                payload_type=96 + channel // 2,
                fragments=Fragments.OTHER,
                rate_hz=rate_hz,
                may_wait=True,
                begins=self.stamp(channel, 0.0) if self.says else None,
            )
            for channel, rate_hz in RATES_HZ.items()
        }


@dataclass(slots=True, kw_only=True)
class Libav:
    """What libav makes of it: the first stamp of each track is 0, but a track that was reported lies by the reports.

    `times_s` are those of sound, `first_s` that of the first picture, `reports` of which tracks there were reports.
    """

    bases: dict[int, int] = field(default_factory=dict)
    reports: list[int] = field(default_factory=list)
    times_s: dict[int, float] = field(default_factory=dict)
    first_s: float | None = None

    def take(self, packet: bytes) -> None:
        """Take a packet or a report."""
        kind = packet[1] & 0x7F
        if packet[1] == SENDER_REPORT:
            self.reports.append(packet[7] - 1)
            return
        stamp = int.from_bytes(packet[4:8])
        base = self.bases.setdefault(kind - 96, stamp)
        at_s = ((stamp - base + (1 << 31)) % (1 << 32) - (1 << 31)) / RATES_HZ[VIDEO if kind == 96 else SOUND]
        if kind == 97 and packet[12:]:
            self.times_s[int.from_bytes(packet[12:])] = at_s
        elif packet[12:]:
            self.first_s = at_s if self.first_s is None else self.first_s


def played(camera: Camera, *, looks_away_s: float = 0.0, heap_packets: int | None = None) -> Libav:
    """Let it come in heaps; after the first nobody looks for so long, and then so many packets are taken at a time."""
    tracks = camera.tracks()
    line, libav = Heaps(tracks=tracks, beside=beside_of(tracks)), Libav()
    came, now_s = camera.came(), 0.0
    while came:
        now_s += HEAP_S if now_s != HEAP_S else HEAP_S + looks_away_s
        there = [one for one in came if one[0] <= now_s]
        heap = there[:heap_packets]
        came = came[len(heap) :]
        data = b"".join(framed(channel, one) for _, channel, one in heap)
        found = line.take(data, now_s, more=len(heap) < len(there), at_end=not came)
        pictures = [one for one in found if one[1] & 0x7F == 96 and one[12:]]
        assert len(pictures) == sum(channel == VIDEO for _, channel, _ in heap)
        for packet in found:
            libav.take(packet)
    assert list(libav.times_s) == list(range(len(libav.times_s)))
    assert len(libav.times_s) == round((SECONDS - camera.begins_s[SOUND]) / STEPS_S[SOUND])
    return libav


def error_s(camera: Camera, *, looks_away_s: float = 0.0, heap_packets: int | None = None) -> float:
    """By how much sound is later beside its pictures than it was."""
    libav = played(camera, looks_away_s=looks_away_s, heap_packets=heap_packets)
    assert libav.first_s is not None
    return libav.times_s[0] - libav.first_s - (camera.begins_s[SOUND] - camera.begins_s[VIDEO])


BEGINS = st.fixed_dictionaries({VIDEO: st.floats(0.0, 3.0), SOUND: st.floats(0.0, 3.0)})
BASES = st.fixed_dictionaries({VIDEO: st.integers(0, 0xFFFFFFFF), SOUND: st.integers(0, 0xFFFFFFFF)})
LAGS = st.fixed_dictionaries({VIDEO: st.floats(0.02, 0.5), SOUND: st.floats(0.02, 0.1)})


@given(
    begins_s=BEGINS,
    bases=BASES,
    lags_s=LAGS,
    reports_s=st.fixed_dictionaries({VIDEO: st.floats(0.0, 3.5), SOUND: st.floats(0.0, 3.5)}),
)
def test_sound_lies_where_it_was_where_both_tracks_are_reported_soon(
    begins_s: dict[int, float], bases: dict[int, int], lags_s: dict[int, float], reports_s: dict[int, float]
) -> None:
    """From its first packet on; no picture waits, and no sound is lost or changes places."""
    camera = Camera(begins_s=begins_s, bases=bases, lags_s=lags_s, reports_s=reports_s)
    assert abs(error_s(camera)) <= TICKS_S


@pytest.mark.parametrize("heap_packets", [None, 20])
def test_sound_lies_where_it_was_where_reports_came_while_nobody_looked(heap_packets: int | None) -> None:
    """A machine that had no time for longer than sound waits for reports has them by then, behind other packets."""
    camera = Camera(begins_s={VIDEO: 0.0, SOUND: 0.06}, reports_s={VIDEO: 1.0, SOUND: 1.0})
    assert abs(error_s(camera, looks_away_s=HELD_S + 1.0, heap_packets=heap_packets)) <= TICKS_S


@given(begins_s=BEGINS, bases=BASES)
def test_sound_lies_where_the_server_says(begins_s: dict[int, float], bases: dict[int, int]) -> None:
    """Where its tracks begin, without any report, and then no sound waits."""
    assert abs(error_s(Camera(begins_s=begins_s, bases=bases, says=True))) <= TICKS_S


@given(begins_s=BEGINS, bases=BASES, lags_s=LAGS, is_late=st.booleans())
def test_sound_lies_as_it_came_or_together_with_the_pictures_where_nothing_tells(
    begins_s: dict[int, float],
    bases: dict[int, int],
    lags_s: dict[int, float],
    is_late: bool,  # noqa: FBT001  by Hypothesis
) -> None:
    """Then it is as unsure as what a picture takes to come; what is reported only later changes nothing of before."""
    reports_s = dict.fromkeys(RATES_HZ, max(begins_s.values()) + HELD_S + 1.0) if is_late else {}
    camera = Camera(begins_s=begins_s, bases=bases, lags_s=lags_s, reports_s=reports_s)
    more_s = lags_s[VIDEO] - lags_s[SOUND]
    heap_s = max(STEPS_S.values())  # the soonest packet of a heap came so much before it was read
    error = error_s(camera)
    apart_s = begins_s[SOUND] - begins_s[VIDEO]
    if abs(apart_s) <= TICKS_S:
        assert -heap_s <= max(abs(error) - abs(more_s), 0.0) <= heap_s
    assert -EARLIER_MAX_S - abs(more_s) - heap_s <= error <= LATER_MAX_S + EARLIER_MAX_S + abs(more_s) + heap_s


@pytest.mark.parametrize("first", [VIDEO, SOUND])
def test_the_sounds_report_goes_on_after_that_of_the_pictures(first: int) -> None:
    """Else libav would move the pictures."""
    reports_s = {VIDEO: 1.0, SOUND: 1.2} if first == VIDEO else {VIDEO: 1.2, SOUND: 1.0}
    assert played(Camera(begins_s={VIDEO: 0.4, SOUND: 0.0}, reports_s=reports_s)).reports == [0, 1]
    assert played(Camera(reports_s={SOUND: 1.0})).reports == []


def test_reports_that_have_nothing_to_do_with_each_other_are_not_believed() -> None:
    """Pictures by a clock, sound since the camera was switched on: libav finds that out itself."""

    class Strange(Camera):
        def came(self) -> list[tuple[float, int, bytes]]:
            return [
                (at_s, channel, report(ntp=1 << 32, at=0) if channel == SOUND + 1 else one)
                for at_s, channel, one in super().came()
            ]

    libav = played(Strange(reports_s={VIDEO: 1.0, SOUND: 1.0}))
    assert libav.times_s[0] == 0.0
    assert libav.reports == [0, 1]


def test_no_more_sound_waits_than_its_bound() -> None:
    """Also before the first picture."""
    camera = Camera()
    tracks = camera.tracks()
    beside = beside_of(tracks)
    assert beside is not None
    line = Heaps(tracks=tracks, beside=beside)
    given = 0
    for number in range(100):
        big = rtp(number, bytes(20_000), at=number, kind=97)
        given += len(line.take(framed(SOUND, big), 0.0))
        assert line.beside is None or beside.waiting_bytes <= HELD_BYTES_MAX
    assert given >= 100
