"""What is told of sound that isn't beside its pictures, and what becomes of that. By packets that are only stamps."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from custom_components.milton_share.sources.recorder.errors import RecorderError
from custom_components.milton_share.sources.recorder.filming import film
from custom_components.milton_share.sources.recorder.filming.apart import (
    APART_MIN_S,
    LAG_MAX_S,
    TELL_AFTER_S,
    watched,
)
from custom_components.milton_share.sources.recorder.run import Closed, Run, parse_line
from custom_components.milton_share.sources.recorder.store.files import Measured
from custom_components.milton_share.sources.recorder.take import Take
from custom_components.milton_share.sources.recorder.times.boxes import Contents, Fragment
from custom_components.milton_share.sources.recorder.times.spoken import Apart
from custom_components.milton_share.sources.recorder.timing import Timing
from tests.simulators.publishing import is_report, stamp_of
from tests.simulators.scripted_camera import scripted

from .test_begin_anew import RATES_HZ, SOUND, plain
from .test_published import job

if TYPE_CHECKING:
    from pathlib import Path

    from custom_components.milton_share.sources.recorder.store.index import Row

STEPS_S = {"video": 0.1, "audio": 0.02}
SECONDS = 10.0
TICK = Fraction(1, 1000)
NOON_S = 1_800_000_000.0
SEGMENT_S = 10.0


@dataclass(slots=True, kw_only=True)
class Stamps:
    """What is looked at of a packet; `came_s` is when it came."""

    kind: str
    dts: int
    pts: int
    came_s: float
    reported: bool
    time_base: Fraction = TICK
    stream: SimpleNamespace = field(init=False)

    def __post_init__(self) -> None:
        """Say of which track it is."""
        self.stream = SimpleNamespace(type=self.kind)

    def has_sidedata(self, kind: str) -> bool:
        """Say whether the camera's report is known."""
        return self.reported and kind == "prft"


def packets(
    reported_s: dict[str, float], moved_s: dict[str, float], later_s: float = 0.0, lead_s: float = 0.0
) -> list[Stamps]:
    """Make packets of both tracks; one is moved when it is reported, and sound came so much later.

    libav lets no picture be decoded before the one before, but be shown before that.
    """
    found = []
    for kind, step_s in STEPS_S.items():
        reached = -1
        for number in range(round(SECONDS / step_s)):
            at_s = number * step_s
            is_reported = kind in reported_s and at_s >= reported_s[kind]
            stamp = round((at_s + (moved_s.get(kind, 0.0) if is_reported else 0.0)) * 1000)
            reached = max(stamp, reached + 1) if kind == "video" else stamp
            came_s = at_s + (later_s if kind == "audio" else 0.0)
            shown = stamp + round(lead_s * 1000 * (number % 3 == 0)) if kind == "video" else stamp
            found.append(Stamps(kind=kind, dts=reached, pts=shown, came_s=came_s, reported=is_reported))
    return sorted(found, key=lambda one: one.came_s)


def told(came: list[Stamps]) -> list[tuple[float, float | None]]:
    """Return what is told of them: how far, until when; every packet is passed on."""
    found: list[tuple[float, float | None]] = []
    now = [0.0]

    def come() -> object:
        for one in came:
            now[0] = one.came_s
            yield one

    passed = list(watched(come(), lambda by_s, until_s: found.append((by_s, until_s)), lambda: now[0]))
    assert passed == came
    return found


@pytest.mark.parametrize("moved_s", [0.3, -0.3, 2.0])
@pytest.mark.parametrize("kind", ["video", "audio"])
@pytest.mark.parametrize("lead_s", [0.0, 0.2])
def test_it_is_told_by_how_much_the_first_report_moved_a_track(kind: str, moved_s: float, lead_s: float) -> None:
    """Pictures that are reordered too; and until which stamp what was recorded has it."""
    ((by_s, until_s),) = told(packets({"video": 3.0, "audio": 3.0}, {kind: moved_s}, lead_s=lead_s))
    assert abs(moved_s) - 0.001 <= by_s <= abs(moved_s) + lead_s + 0.001
    assert until_s is not None
    assert 2.9 <= until_s <= 3.3 + max(moved_s, 0.0)


@pytest.mark.parametrize("lead_s", [0.0, 0.2])
def test_nothing_is_told_of_tracks_that_were_beside_each_other(lead_s: float) -> None:
    """Reported from the first packet on, or later, or one track, or nothing but what arrival can't tell."""
    assert told(packets({"video": 0.0, "audio": 0.0}, {}, lead_s=lead_s)) == []
    assert told(packets({"video": 7.0, "audio": 7.0}, {}, lead_s=lead_s)) == []
    assert told(packets({}, {}, later_s=APART_MIN_S / 2, lead_s=lead_s)) == []
    assert told([one for one in packets({"video": 3.0}, {"video": 2.0}) if one.kind == "video"]) == []


def test_without_reports_it_is_told_how_far_arrival_has_them_apart_and_told_anew_when_a_report_comes() -> None:
    """Where only one is reported the other may have been as late as any."""
    assert told(packets({}, {}, later_s=1.5)) == [(pytest.approx(1.5), None)]
    assert told(packets({"video": 2.0}, {}, later_s=0.5)) == [(pytest.approx(0.5 + LAG_MAX_S), None)]
    reported_s = dict.fromkeys(STEPS_S, TELL_AFTER_S + 1.0)
    first, second = told(packets(reported_s, {"audio": 1.4}, later_s=1.5))
    assert first == (pytest.approx(1.5), None)
    assert second[0] == pytest.approx(1.4)
    assert second[1] is not None
    _, second = told(packets(reported_s, {}, later_s=1.5))
    assert second[0] == 0.0


def rows(apart: Apart | None) -> list[Row]:
    """Return what is stated of three files by arrival, the last of which is closed when this is known."""
    timing, found = Timing(), {}
    for number in range(3):
        contents = Contents(
            fragments=(Fragment(start_s=10.0, end_s=10.0 + SEGMENT_S, reference=None),),
            gaps=(),
            whole_bytes=1,
            finished=True,
        )
        written_s = NOON_S + (number + 1) * SEGMENT_S
        measured = Measured(size_bytes=1, sha256="00", contents=contents, written_s=written_s, lead_s=0.0)
        closed = Closed(name=str(number), start_s=number * SEGMENT_S, end_s=(number + 1) * SEGMENT_S)
        timing.apart = apart if number == 2 else None
        new = timing.rows(Take(name=str(number), camera_id="camera", measured=measured), closed, 0.0)
        found.update({row.name: row for row in new})
    return [found[str(number)] for number in range(3)]


def test_what_begins_before_that_is_so_much_less_sure() -> None:
    """Also what was timed already; what comes later is as sure as ever, and no time is changed."""
    sure, doubted = rows(None), rows(Apart(by_s=0.3, until_s=15.0))
    assert [after.uncertainty_ms - before.uncertainty_ms for before, after in zip(sure, doubted, strict=True)] == [
        pytest.approx(300, abs=1),
        pytest.approx(300, abs=1),
        0,
    ]
    assert [one.from_ms for one in doubted] == [one.from_ms for one in sure]


def test_a_run_keeps_what_was_told_last() -> None:
    """And what is no such word ends the process that says it."""
    run = Run(lambda: None, lambda: None)
    for line in (b"7~1.500000\n", b"7@3.0\n", b"7~0.300000,3.200000\n"):
        number, said = parse_line(line)
        assert number == 7
        run.hear(said)
    assert run.heard(20.0).apart == Apart(by_s=0.3, until_s=3.2)
    assert run.heard(20.0).at_s == 3.0
    for line in (b"7~\n", b"7~nan\n", b"7~1,x\n", b"7~1,2,3\n"):
        with pytest.raises(RecorderError):
            parse_line(line)


def test_sound_that_begins_late_is_told_of_where_libav_takes_it_to_begin_with_the_pictures(
    tmp_path: Path, capfd: pytest.CaptureFixture
) -> None:
    """By what a real ffmpeg published, whose first reports come half a second later."""
    tape = plain()
    late = round(0.3 * RATES_HZ[SOUND])

    def bend(_: int, channel: int, one: bytes) -> bytes | None:
        if is_report(one):
            return one if stamp_of(one) > RATES_HZ[channel & ~1] * 0.4 else None
        return None if channel == SOUND and stamp_of(one) < late else one

    with scripted(tape.bent(bend).script()) as url:
        film.film(job(url, tmp_path))
    words = [parse_line(line.encode())[1] for line in capfd.readouterr().out.splitlines()]
    assert [one.by_s for one in words if isinstance(one, Apart)] == [pytest.approx(0.3, abs=0.03)]
