"""What was recorded here can be cut, with its sound: G.711 too, which is all that many a doorbell has."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import av
import pytest

from custom_components.milton_share.clips.job import Job, JobSegment
from custom_components.milton_share.clips.make import make_clip
from tests.simulators.doorbell import pixels

from .conftest import LEAVES_OUT_S

if TYPE_CHECKING:
    from pathlib import Path

    from custom_components.milton_share.sources.model import Segment

    from .conftest import Film

CODECS = {"plain": "aac", "alaw": "pcm_alaw", "mulaw": "pcm_mulaw"}
BLOCK_S = 0.128
"""What one packet of AAC lets hear: sound is read, and known, no better."""
ASKED = timedelta(milliseconds=700)
"""The clip begins so long after the first file did, and ends so long after the second did."""
ENOUGH = 2 * ASKED
"""Of each file: with less, where a second ends could be all that is asked for of it."""
SEAM = timedelta(milliseconds=150)
"""Less than two frames."""
HEARD = 0.5
"""Of the blocks that lie within one second, the share that must let its pitch be heard."""


def _is_whole(one: Segment, other: Segment) -> bool:
    """Whether the two lie side by side, each frame there: a busy machine films none for a while."""
    numbers = [sample.stamp.frame for each in (one, other) for sample in pixels.samples(each.path) if sample.stamp]
    if _shorter_of((one, other)) < ENOUGH or other.from_ - one.until > SEAM:
        return False
    return all(after - before == 1 for before, after in pairwise(numbers))


def _shorter_of(pair: tuple[Segment, Segment]) -> timedelta:
    """How long the shorter one is."""
    return min(each.until - each.from_ for each in pair)


@pytest.mark.parametrize("kind", CODECS)
def test_a_clip_of_two_files_has_the_sound_of_both(film: Film, kind: str, tmp_path: Path) -> None:
    """As AAC, which browsers play; each second where its pictures are, none left out at the seam."""
    first_pair, *pairs = pairwise(film.coverages[kind].segments)
    longest = max((first_pair, *pairs), key=_shorter_of)
    one, other = next((pair for pair in (*pairs, first_pair) if _is_whole(*pair)), longest)
    # Else what is there must still be where it belongs. A doorbell that leaves pictures out leaves sound out, too.
    whole = _is_whole(one, other) and film.late_s[kind] < LEAVES_OUT_S
    with av.open(str(one.path)) as container:
        assert container.streams.audio[0].codec_context.name == CODECS[kind]
    from_ms, until_ms = (round((segment.from_ + ASKED).timestamp() * 1000) for segment in (one, other))
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
    assert not whole or result.gaps_ms == ()
    shown = [sample for sample in pixels.samples(clip) if sample.stamp]
    numbers = [sample.stamp.frame for sample in shown if sample.stamp]
    assert not whole or all(after - before == 1 for before, after in pairwise(numbers))
    with av.open(str(clip)) as container:
        assert container.streams.audio[0].codec_context.name == "aac"
        times = [float(p.pts * p.time_base) for p in container.demux(container.streams.audio[0]) if p.pts is not None]
    assert not whole or max(after - before for before, after in pairwise(times)) <= BLOCK_S
    first = shown[0]
    assert first.stamp
    zero_s = first.stamp.epoch_ms / 1000 - first.pts_s
    within, heard = 0, set()
    for sound in pixels.sounds(clip):
        about = {int(zero_s + sound.pts_s + shift_s) for shift_s in (-BLOCK_S, 0.0, BLOCK_S)}
        if len(about) > 1:  # two pitches in one block are read as a third
            continue
        within += 1
        if sound.second is not None:
            assert {sound.second} == {second % pixels.PITCHES for second in about}
            heard.add((sound.pts_s, *about))
    assert not whole or len(heard) > HEARD * within
    seconds = {second for _, second in heard}
    last = shown[-1]
    assert last.stamp
    assert not whole or set(range(first.stamp.epoch_ms // 1000 + 1, last.stamp.epoch_ms // 1000)) <= seconds
    seam_s = other.from_.timestamp() - zero_s
    of_each = {pts_s >= seam_s for pts_s, _ in heard}
    assert of_each == {True, False} if whole else seconds
