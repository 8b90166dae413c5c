"""Pictures by whose matrix FFmpeg can't reckon: with PyAV 19 it refused to bring them to another size."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from av.video.frame import VideoFrame

from custom_components.milton_share.clips.make import make_clip
from custom_components.milton_share.clips.pictures.stills import stills_of
from custom_components.milton_share.clips.read.facts import facts_of
from custom_components.milton_share.clips.read.scaling import scaled
from custom_components.milton_share.clips.refusal import ClipRefused, CutRule
from tests.clips.jobs import job_of
from tests.clips.kinds import film, h264, hevc
from tests.clips.recordings import FPS, START_MS, Part, Recording, numbers_in

if TYPE_CHECKING:
    from pathlib import Path

YCGCO, CHROMATICITY, YCGCO_RO = 8, 12, 17  # of matrices: ITU-T H.273, 8.3


@pytest.mark.parametrize("matrix", range(18))
def test_a_picture_is_brought_to_another_size_whatever_its_matrix_is(matrix: int) -> None:
    """And it says the same of it as before; so does the one that it was made of."""
    frame = VideoFrame(64, 48, "yuv420p")
    for plane, value in zip(frame.planes, (90, 130, 140), strict=True):
        plane.update(bytes([value]) * plane.buffer_size)
    frame.colorspace = matrix
    made = scaled(frame, width=32, height=16, form="yuv420p")
    assert (made.width, made.height, made.colorspace, frame.colorspace) == (32, 16, matrix, matrix)
    assert [bytes(plane)[0] for plane in made.planes] == [90, 130, 140]
    assert scaled(frame, width=64, height=48, form="yuv420p") is frame


@pytest.mark.parametrize("matrix", [YCGCO, CHROMATICITY])
def test_a_recording_is_cut_and_looked_at_whatever_its_matrix_is(matrix: int, tmp_path: Path) -> None:
    """One in 4:2:2 is brought to what browsers play."""
    coding = h264(15, pix_fmt="yuv422p", **{"bsf:v": f"h264_metadata=matrix_coefficients={matrix}"})
    (path,) = film(tmp_path / "film.mp4", coding, seconds=4)
    recording = Recording(parts=(Part(path=path, first=0),), numbers=tuple(range(4 * FPS)))
    job = job_of(recording, START_MS + 510, START_MS + 3_490, tmp_path / "clip.mp4", audio=False)
    make_clip(job, lambda _: None)
    assert numbers_in(job.out) == recording.between(job.from_ms, job.until_ms)
    assert stills_of(job.out).poster
    assert facts_of(path, tmp_path / "picture.jpg").length_s == pytest.approx(4, abs=0.1)


def test_a_matrix_that_no_encoder_can_say_is_refused_in_words(tmp_path: Path) -> None:
    """Where a head is to be encoded; where all is copied nobody has to say it."""
    coding = {**hevc(15), "bsf:v": f"hevc_metadata=matrix_coefficients={YCGCO_RO}"}
    (path,) = film(tmp_path / "film.mp4", coding, seconds=4)
    recording = Recording(parts=(Part(path=path, first=0),), numbers=tuple(range(4 * FPS)))
    with pytest.raises(ClipRefused) as refused:
        make_clip(job_of(recording, START_MS + 510, START_MS + 3_490, tmp_path / "clip.mp4"), lambda _: None)
    assert refused.value.rule is CutRule.UNDECODABLE
    whole = job_of(recording, START_MS, START_MS + 3_990, tmp_path / "whole.mp4", audio=False)
    make_clip(whole, lambda _: None)
    assert numbers_in(whole.out) == recording.between(whole.from_ms, whole.until_ms)
