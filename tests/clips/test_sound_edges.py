"""Sound that is cut to the sample: none that begins before the range or ends after it, and none less."""

from __future__ import annotations

from fractions import Fraction

import av
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custom_components.milton_share.clips.sound import trim
from custom_components.milton_share.clips.timeline import TICKS_PER_S

SAMPLES = 40
FORMS = [("s16", "mono"), ("s16", "stereo"), ("s16p", "stereo"), ("s16p", "mono")]


def counted(form: str, layout: str, rate_hz: int) -> av.AudioFrame:
    """Return sound whose samples are numbers: in the second channel a hundred more."""
    frame = av.AudioFrame(format=form, layout=layout, samples=SAMPLES)
    frame.sample_rate = rate_hz
    for index, plane in enumerate(frame.planes):
        first = 100 * index
        many = [range(first, first + SAMPLES)] + ([range(100, 100 + SAMPLES)] if (form, layout) == FORMS[1] else [])
        data = b"".join(number.to_bytes(2, "little") for numbers in zip(*many, strict=True) for number in numbers)
        plane.update(data.ljust(plane.buffer_size, b"\0"))
    return frame


def numbers_of(frame: av.AudioFrame) -> list[list[int]]:
    """Return the numbers of each channel."""
    channels = frame.layout.nb_channels
    packed = 1 if frame.format.is_planar else channels
    planes = [bytes(plane) for plane in frame.planes]
    return [
        [
            int.from_bytes(planes[channel // packed][at : at + 2], "little")
            for at in range(2 * (channel % packed), 2 * packed * frame.samples, 2 * packed)
        ]
        for channel in range(channels)
    ]


@settings(deadline=None, max_examples=60)
@given(
    form=st.sampled_from(FORMS),
    rate_hz=st.sampled_from([8_000, 11_025, 44_100, 48_000]),
    tick=st.integers(-500, 500),
    start=st.integers(-700, 1_000),
    length=st.integers(0, 1_000),
)
def test_each_sample_is_kept_that_begins_and_ends_in_the_range_and_no_other(
    form: tuple[str, str], rate_hz: int, tick: int, start: int, length: int
) -> None:
    """To the sample, in every channel; and it is told when the first of them begins."""
    span = Fraction(TICKS_PER_S, rate_hz)
    inside = [
        index
        for index in range(SAMPLES)
        if tick + index * span >= start and tick + (index + 1) * span <= start + length
    ]
    kept = trim(counted(*form, rate_hz), tick, start, start + length)
    if not inside:
        assert kept is None
        return
    assert kept is not None
    at, frame = kept
    assert numbers_of(frame) == [[first + index for index in inside] for first in (0, 100)[: frame.layout.nb_channels]]
    assert at == tick + round(inside[0] * span)
    assert (frame.sample_rate, frame.samples) == (rate_hz, len(inside))


@pytest.mark.parametrize(
    ("start", "end", "kept"),
    [
        (0, 450, (0, 40)),
        (-1, 451, (0, 40)),
        (1, 450, (1, 40)),
        (0, 449, (0, 39)),
        (11, 439, (1, 39)),
        (12, 438, (2, 38)),
        (438, 450, (39, 40)),
        (439, 450, None),
        (450, 900, None),
        (-9, 0, None),
        (200, 200, None),
    ],
)
def test_a_tick_decides_over_a_sample(start: int, end: int, kept: tuple[int, int] | None) -> None:
    """Each lasts eleven and a quarter at 8 kHz."""
    found = trim(counted("s16", "mono", 8_000), 0, start, end)
    assert (found and numbers_of(found[1])) == (kept and [[*range(*kept)]])
