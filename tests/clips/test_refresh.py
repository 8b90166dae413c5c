"""Cameras that refresh their pictures bit by bit: none but the first can be shown by itself."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import av
import pytest

from custom_components.milton_share.clips.make import make_clip
from custom_components.milton_share.clips.refusal import ClipRefused, CutRule
from tests.clips.exact import check_clip
from tests.clips.jobs import job_of
from tests.clips.kinds import AAC, KINDS, SECONDS, film, h264, numbers_shown
from tests.clips.recordings import FPS, START_MS, Part, Recording, numbers_in
from tests.clips.transport_stream import PACKET

if TYPE_CHECKING:
    from pathlib import Path

REFRESHED = h264(30, **{"x264-params": "intra-refresh=1:keyint=30:ref=1"})
TABLES = 3 * PACKET  # a transport stream's own description
RANGES_S = {(0.0, 1.53): "copied", (4.03, 6.57): "encoded", (9.03, 9.17): "encoded"}


def ms(frame: int) -> int:
    """Return when a frame was shown."""
    return START_MS + frame * 1000 // FPS


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".ts"])
def test_pictures_that_are_refreshed_bit_by_bit_are_cut_exactly(suffix: str, tmp_path: Path) -> None:
    """Whatever the container calls a key picture: what follows the first one is copied with it, or encoded."""
    (path,) = film(tmp_path / f"film{suffix}", REFRESHED, AAC)
    recording = Recording(parts=(Part(path=path, first=0),), numbers=tuple(range(SECONDS * FPS)))
    kind = replace(KINDS["TS, reordered"], rounded=suffix == ".mkv")
    for index, ((from_s, until_s), way) in enumerate(RANGES_S.items()):
        job = job_of(
            recording, START_MS + round(from_s * 1000), START_MS + round(until_s * 1000), tmp_path / str(index)
        )
        result = make_clip(job, lambda _: None)
        check_clip(job.out, recording, job.from_ms, job.until_ms, kind)
        assert {run.kind for run in result.frames} == {way}


def test_what_can_not_be_shown_before_the_first_refresh_is_done_is_a_stated_gap(tmp_path: Path) -> None:
    """A file that begins in the middle of such a stream: no half of a picture is in a clip, nor anything bridged."""
    (whole,) = film(tmp_path / "whole.ts", REFRESHED)
    data = whole.read_bytes()
    late = tmp_path / "late.ts"
    late.write_bytes(data[:TABLES] + data[len(data) // 3 // PACKET * PACKET :])
    with av.open(str(late), format="mpegts") as container:
        first = SECONDS * FPS - sum(bool(packet.size) for packet in container.demux(video=0))
    shown = numbers_shown(late)
    assert 0 < first < shown[0] - FPS
    recording = Recording(parts=(Part(path=late, first=first),), numbers=tuple(shown))
    job = job_of(recording, ms(first), ms(SECONDS * FPS), tmp_path / "clip.mp4", audio=False)
    result = make_clip(job, lambda _: None)
    assert numbers_in(job.out) == shown
    assert result.gaps_ms == (pytest.approx((ms(first), ms(shown[0])), abs=2),)
    before = replace(job, until_ms=ms(shown[0] - 2), out=tmp_path / "before.mp4")
    with pytest.raises(ClipRefused) as refused:
        make_clip(before, lambda _: None)
    assert refused.value.rule is CutRule.UNDECODABLE
    assert not before.out.exists()
