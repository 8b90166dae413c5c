"""Sound that is cut to the sample: none that begins before the range or ends after it, and none less."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil

import av
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custom_components.milton_share.clips.bitstream.aac import AAC_FRAME
from custom_components.milton_share.clips.timeline import TICKS_PER_S
from custom_components.milton_share.clips.write.hearing import trim
from custom_components.milton_share.clips.write.sound_encoder import SoundEncoder

SAMPLES = 40
ENCODED_HZ = 32_000
PACKET_TICKS = 2_880  # of AAC, at that rate
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


@dataclass(slots=True)
class Written:
    """Stands for the clip's writer: notes at which tick each packet of sound is, and how many samples it has."""

    packets: list[tuple[int, int]] = field(default_factory=list)

    def sound(self, _data: bytes, tick: int, base: Fraction, samples: int) -> None:
        """Note one."""
        assert base == Fraction(1, ENCODED_HZ)
        self.packets.append((tick, samples))


def quiet(rate_hz: int, samples: int) -> av.AudioFrame:
    """Return sound of one channel in which nothing is heard."""
    frame = av.AudioFrame(format="s16", layout="mono", samples=samples)
    frame.sample_rate = rate_hz
    for plane in frame.planes:
        plane.update(bytes(plane.buffer_size))
    return frame


def encoded(rate_hz: int, *parts: tuple[int, int]) -> tuple[list[int], int]:
    """Encode so many samples at each tick; return where the packets lie, and where the sound was said to end."""
    written = Written()
    with av.open(io.BytesIO(), "w", format="mp4") as container:
        stream = container.add_stream("aac", rate=ENCODED_HZ, layout="mono")
        run = SoundEncoder(stream, written, parts[0][0], quiet(rate_hz, 1))  # type: ignore[arg-type]
        for tick, samples in parts:
            run.put(quiet(rate_hz, samples), tick)
        end = run.end
        run.finish()
    assert {samples for _, samples in written.packets} == {AAC_FRAME}
    return [tick for tick, _ in written.packets], end


@pytest.mark.parametrize(("samples", "count"), [(1, 1), (1_024, 1), (1_025, 2), (3_072, 3), (3_073, 4)])
def test_no_packet_begins_behind_the_last_sample(samples: int, count: int) -> None:
    """The encoder's run-in lies before the first one, and silence fills the last packet up."""
    ticks, end = encoded(ENCODED_HZ, (900, samples))
    assert ticks == [900 + number * PACKET_TICKS for number in range(-1, count)]
    assert end == 900 + round(Fraction(samples * TICKS_PER_S, ENCODED_HZ))


def test_what_a_resampler_keeps_back_is_encoded_too() -> None:
    """It has the last samples until it is told that none follow: the last one begins another packet here."""
    ticks, end = encoded(8_000, (0, 256), (2_880, 257))
    assert (len(ticks), end) == (1 + 3, 5_771)


@pytest.mark.parametrize(("late", "silent"), [(0, 0), (180, 0), (181, 181), (90_000, 90_000), (225_000, 225_000)])
def test_a_hole_is_silent_for_as_long_as_it_is_unless_it_is_rounding(late: int, silent: int) -> None:
    """Of Matroska's milliseconds two are none."""
    ticks, end = encoded(ENCODED_HZ, (0, 3_200), (9_000 + late, 3_200))
    assert abs(end - 18_000 - silent) <= TICKS_PER_S // ENCODED_HZ + 1
    samples = end * ENCODED_HZ / TICKS_PER_S
    assert len(ticks) == 1 + ceil(round(samples) / AAC_FRAME)
