"""Reports that are off by a little, each by another: of a camera that names its last picture's stamp, or is busy."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.milton_share.sources.recorder.filming.steady import FOLLOWED, OTHER_CLOCK_S, SECOND, Steady
from tests.simulators.publishing import is_report

from .test_begin_anew import SOUND, VIDEO, plain
from .test_published import FPS, read

if TYPE_CHECKING:
    from pathlib import Path

RATE_HZ, EVERY_S = 90_000, 5
MOVED_MAX_S = EVERY_S * FOLLOWED
OFF_S = {0: 0.02, 1: -0.06, 2: 0.03, 3: -0.05}
"""Of the reports of each track, in their order."""
SYNC_MAX_S = 0.04
TICK_S = 0.0001


def said(off_s: list[float], *, parts: float = 0.0, begins: int = 0, every_s: int = EVERY_S) -> list[float]:
    """Return by how much what is gone by is off, of reports each off by so much, of a clock that gains so much."""
    steady, found = Steady(rate_hz=RATE_HZ), []
    for number, off in enumerate(off_s):
        true = begins + round((number * every_s * (1 + parts)) * SECOND)
        stamp = (number * every_s * RATE_HZ + begins) % (1 << 32)
        ntp = steady.said((true + round(off * SECOND)) % (1 << 64), stamp)
        found.append(((ntp - true + (1 << 63)) % (1 << 64) - (1 << 63)) / SECOND)
    return found


OFF = st.lists(st.floats(-OTHER_CLOCK_S / 3, OTHER_CLOCK_S / 3), min_size=2, max_size=60)


@given(OFF, st.integers(0, (1 << 64) - 1))
def test_no_report_moves_a_track_by_more_than_a_little_wherever_its_numbers_end(
    off_s: list[float], begins: int
) -> None:
    """And what is gone by is never farther off than some report was."""
    found = said(off_s, begins=begins)
    assert found[0] == pytest.approx(off_s[0], abs=TICK_S)
    assert all(abs(after - before) <= MOVED_MAX_S + TICK_S for before, after in pairwise(found))
    assert min(off_s) - TICK_S <= min(found) <= max(found) <= max(off_s) + TICK_S


@pytest.mark.parametrize("every_s", [1, EVERY_S, 60])
@pytest.mark.parametrize("parts", [300e-6, -300e-6])
def test_a_clock_that_drifts_is_followed(parts: float, every_s: int) -> None:
    """A camera whose stamps are by another crystal than its clock: 26 seconds a day."""
    assert max(map(abs, said([0.0] * 2000, parts=parts, every_s=every_s))) < SYNC_MAX_S


@pytest.mark.parametrize("put_s", [0.2, -0.5, 5.0, -3600.0, 1e8])
def test_a_clock_that_was_put_is_followed_at_once(put_s: float) -> None:
    """It is no unsteadiness."""
    assert said([0.0] * 5 + [put_s] * 5) == pytest.approx([0.0] * 5 + [put_s] * 5, abs=TICK_S)


def test_pictures_and_sound_stay_even_whatever_each_report_says(tmp_path: Path) -> None:
    """Two pictures came to lie on each other, or farther apart by as much as a report was off; sound did, too."""
    counts = {VIDEO + 1: 0, SOUND + 1: 0}

    def bend(_: int, channel: int, one: bytes) -> bytes:
        if not is_report(one):
            return one
        off = round(OFF_S[counts[channel]] * SECOND * (1 if channel == VIDEO + 1 else -1))
        counts[channel] += 1
        return one[:8] + (int.from_bytes(one[8:16]) + off).to_bytes(8) + one[16:]

    found = read(plain().bent(bend), tmp_path, by="ours")
    assert set(counts.values()) == {len(OFF_S)}
    shown = [float(pts * base) for _, pts, _, base, _ in found["video"] if pts is not None]
    assert [after - before for before, after in pairwise(shown)] == pytest.approx(
        [1 / FPS] * (len(shown) - 1), abs=MOVED_MAX_S + TICK_S
    )
    heard = [float(dts * base) for _, _, dts, base, _ in found["audio"] if dts is not None]
    step_s = sorted(after - before for before, after in pairwise(heard))[len(heard) // 2]
    late = [after - before - step_s for before, after in pairwise(heard)]
    assert (
        sum(abs(one) > MOVED_MAX_S + 2 * TICK_S for one in late) <= 1
    )  # where the reports first tell where it belongs
