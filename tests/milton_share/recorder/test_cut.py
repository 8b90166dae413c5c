"""What was recorded here can be cut, with its sound: G.711 too, which is all that many a doorbell has."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import av
import pytest

from custom_components.milton_share.clips.job import Job, JobSegment
from custom_components.milton_share.clips.make import make_clip
from tests.simulators.doorbell import pixels

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import Film

CODECS = {"plain": "aac", "alaw": "pcm_alaw", "mulaw": "pcm_mulaw"}
BLOCK_S = 0.128
"""What one packet of AAC lets hear: sound is read, and known, no better."""


@pytest.mark.parametrize("kind", CODECS)
def test_a_clip_of_two_files_has_the_sound_of_both(film: Film, kind: str, tmp_path: Path) -> None:
    """As AAC, which browsers play; each second where its pictures are, none left out at the seam."""
    one, other = film.coverages[kind].segments[1:3]
    with av.open(str(one.path)) as container:
        assert container.streams.audio[0].codec_context.name == CODECS[kind]
    from_ms, until_ms = (round(segment.from_.timestamp() * 1000) + 700 for segment in (one, other))
    clip = tmp_path / "clip.mp4"
    segments = tuple(
        JobSegment(
            path=segment.path, from_ms=segment.from_.timestamp() * 1000, until_ms=segment.until.timestamp() * 1000
        )
        for segment in (one, other)
    )
    job = Job(segments=segments, from_ms=from_ms, until_ms=until_ms, audio=True, masks=(), out=clip, preview=False)
    result = make_clip(job, lambda _: None)
    assert result.audio == "kept"
    assert result.gaps_ms == ()
    shown = [sample for sample in pixels.samples(clip) if sample.stamp]
    numbers = [sample.stamp.frame for sample in shown if sample.stamp]
    assert all(after - before == 1 for before, after in pairwise(numbers))
    with av.open(str(clip)) as container:
        assert container.streams.audio[0].codec_context.name == "aac"
        times = [float(p.pts * p.time_base) for p in container.demux(container.streams.audio[0]) if p.pts is not None]
    assert max(after - before for before, after in pairwise(times)) <= BLOCK_S
    first = shown[0]
    assert first.stamp
    zero_s = first.stamp.epoch_ms / 1000 - first.pts_s
    heard = [sound for sound in pixels.sounds(clip) if sound.second is not None]
    assert heard
    for sound in heard:
        about = (zero_s + sound.pts_s + shift_s for shift_s in (-BLOCK_S, 0.0, BLOCK_S))
        assert sound.second in {int(moment) % pixels.PITCHES for moment in about}
