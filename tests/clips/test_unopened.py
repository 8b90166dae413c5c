"""Recordings whose own description has no decoder opened for them: PyAV 19 crashes where it is asked for such a one."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING

import av
import pytest

from custom_components.milton_share.clips.bitstream.nal import HEVC
from custom_components.milton_share.clips.check.clip import look_into
from custom_components.milton_share.clips.make import make_clip
from custom_components.milton_share.clips.pictures.model import RoughJob, WantedPictures
from custom_components.milton_share.clips.pictures.rough import pictures
from custom_components.milton_share.clips.pictures.stills import stills_of
from custom_components.milton_share.clips.read.facts import facts_of
from custom_components.milton_share.clips.read.forms import form_of
from custom_components.milton_share.clips.refusal import ClipRefused, CutRule
from tests.clips.jobs import job_of
from tests.clips.kinds import AAC, film, hevc
from tests.clips.recordings import START_MS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.clips.recordings import Recording

SEQUENCE_SET = b"\x42\x01\x01"  # how one begins (ITU-T H.265, 7.3.1.2), behind two bytes of how long it is


@pytest.fixture(scope="module", params=["mkv", "mp4"])
def unopened(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Film with a description that says of a set which is longer than itself."""
    (path,) = film(tmp_path_factory.mktemp("film") / f"film.{request.param}", hevc(15), AAC, seconds=2)
    with av.open(str(path)) as container:
        said = bytes(container.streams.video[0].codec_context.extradata or b"")
    at = said.index(SEQUENCE_SET)
    head, found, rest = path.read_bytes().partition(said)
    path.write_bytes(head + said[: at - 2] + b"\xff\xff" + said[at:] + rest)
    assert found
    return path


def test_its_form_is_told_by_what_the_file_says(unopened: Path) -> None:
    """And which track is heard, though the film's decoder is none by then."""
    form = form_of(unopened)
    assert (form.codec, form.channels) == (HEVC, 1)


def test_whoever_looks_into_it_is_told_so_and_lives_on(unopened: Path, tmp_path: Path) -> None:
    """As an added file, as a clip, as one recording of several."""
    with pytest.raises(ClipRefused) as refused:
        facts_of(unopened, tmp_path / "picture.jpg")
    assert refused.value.rule in {CutRule.UNDECODABLE, CutRule.UNREADABLE_SEGMENT}
    with pytest.raises(ClipRefused, match=CutRule.UNDECODABLE):
        stills_of(unopened)
    wanted = WantedPictures(path=unopened, from_ms=START_MS, at_ms=(START_MS + 100, START_MS + 1_500))
    assert pictures(RoughJob(files=(wanted,), from_ms=START_MS, until_ms=START_MS + 2_000)) == []


@pytest.mark.parametrize("coding", [b"avc1", b"mp4a"])
def test_a_clip_in_a_coding_that_has_no_decoder_is_none_of_ours(
    coding: bytes, recorded: dict[str, Recording], tmp_path: Path
) -> None:
    """Whoever checks it at a shell, or opens its pictures, is told by a rule."""
    job = job_of(recorded["gop 15"], START_MS + 1_000, START_MS + 3_000, tmp_path / "clip.mp4")
    make_clip(job, lambda _: None)
    clip = tmp_path / "other.mp4"
    clip.write_bytes(job.out.read_bytes().replace(coding, b"xyz1"))
    with pytest.raises(ClipRefused):
        look_into(clip, None)
    with pytest.raises(ClipRefused) if coding == b"avc1" else nullcontext():
        stills_of(clip)
