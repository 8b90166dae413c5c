"""AVI, as dash cams and recorders write it: it counts its pictures, and says no time of any."""

from __future__ import annotations

import struct
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from custom_components.milton_share.clips.make import make_clip
from custom_components.milton_share.clips.refusal import ClipRefused, CutRule
from tests.clips.exact import check_clip, check_colors
from tests.clips.jobs import job_of
from tests.clips.kinds import KINDS, film, h264, hevc, numbers_shown
from tests.clips.recordings import START_MS, Part, Recording

if TYPE_CHECKING:
    from pathlib import Path

    from tests.clips.kinds import Options

MOTION_JPEG: Options = {"vcodec": "mjpeg", "q:v": 3, "pix_fmt": "yuvj422p"}
IMA_ADPCM = 0x11  # its number in the WAVEFORMATEX of a track
DROPPED = "not(eq(n,40))*not(eq(n,41))"


@pytest.mark.parametrize(
    ("video", "codec"), [(MOTION_JPEG, "pcm_s16le"), (h264(30), "adpcm_ima_wav")], ids=["motion JPEG", "H.264"]
)
def test_pictures_that_are_but_counted_are_cut_at_their_times(video: Options, codec: str, tmp_path: Path) -> None:
    """By how many come in a second; one that the camera dropped has its place, and those after it keep theirs."""
    (path,) = film(tmp_path / "film.avi", video, {"acodec": codec}, seconds=6, rate_hz=16_000, select=DROPPED)
    recording = Recording(parts=(Part(path=path, first=0),), numbers=tuple(sorted(set(numbers_shown(path)))))
    job = job_of(recording, START_MS + 1_010, START_MS + 5_490, tmp_path / "clip.mp4")
    result = make_clip(job, lambda _: None)
    assert ("copied" in {frames.kind for frames in result.frames}) == (codec != "pcm_s16le")
    assert check_clip(job.out, recording, job.from_ms, job.until_ms, KINDS["MOV, A-law"]).blocks > 70
    check_colors(job.out, recording, job.from_ms, job.until_ms)


@pytest.mark.parametrize("video", [h264(30, 2), {**hevc(30), "vtag": "HEVC"}], ids=["H.264", "HEVC"])
def test_pictures_that_may_be_reordered_and_are_but_counted_are_refused(video: Options, tmp_path: Path) -> None:
    """By which of them is shown when nobody can say."""
    (path,) = film(tmp_path / "film.avi", video, seconds=2)
    recording = Recording(parts=(Part(path=path, first=0),), numbers=tuple(range(30)))
    job = replace(job_of(recording, START_MS + 510, START_MS + 1_510, tmp_path / "clip.mp4"), audio=False)
    with pytest.raises(ClipRefused) as refused:
        make_clip(job, lambda _: None)
    assert refused.value.rule is CutRule.TIMES_UNKNOWN


def test_sound_whose_decoder_can_not_be_opened_is_refused_and_ends_no_child(tmp_path: Path) -> None:
    """A header may say of as many channels as it likes; PyAV 19 crashes where it is asked for such a decoder's name."""
    (path,) = film(tmp_path / "film.avi", h264(30), {"acodec": "adpcm_ima_wav"}, seconds=2, rate_hz=16_000)
    head, found, rest = path.read_bytes().partition(struct.pack("<HH", IMA_ADPCM, 1))
    path.write_bytes(head + struct.pack("<HH", IMA_ADPCM, 257) + rest)
    assert found
    assert head.endswith(b"strf" + struct.pack("<I", 20))
    recording = Recording(parts=(Part(path=path, first=0),), numbers=tuple(range(30)))
    job = job_of(recording, START_MS + 510, START_MS + 1_510, tmp_path / "clip.mp4")
    with pytest.raises(ClipRefused) as refused:
        make_clip(job, lambda _: None)
    assert refused.value.rule is CutRule.SOUND_UNDECODABLE
    assert make_clip(replace(job, audio=False), lambda _: None).audio == "removed"
