"""A decoder is made for pictures only."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

import av
import pytest
from av.audio.codeccontext import AudioCodecContext

from custom_components.milton_share.clips.decoder import decode, make_decoder
from custom_components.milton_share.clips.probe import probe
from custom_components.milton_share.clips.refusal import ClipRefused, Rule
from custom_components.milton_share.clips.sound import decode_sound
from tests.clips.jobs import job_of
from tests.clips.recordings import START_MS, Recording

if TYPE_CHECKING:
    from pathlib import Path

    from custom_components.milton_share.clips.probe import VideoFacts


@pytest.fixture
def video(recorded: dict[str, Recording], tmp_path: Path) -> VideoFacts:
    """Look at a camera's track."""
    job = job_of(recorded["gop 15"], START_MS, START_MS + 1_000, tmp_path / "clip.mp4")
    return probe(job)[0].video


@pytest.mark.parametrize("codec", ["no such coding", "aac"])
def test_a_coding_that_is_no_picture_s_is_refused_by_its_rule(video: VideoFacts, codec: str) -> None:
    """Unknown here, or of sound: an answer to the owner, not a traceback."""
    with pytest.raises(ClipRefused) as refused:
        make_decoder(replace(video, codec=codec))
    assert refused.value.rule is Rule.UNDECODABLE


def test_a_broken_picture_gives_no_frame(video: VideoFacts) -> None:
    """It is a gap in the clip; the decoder goes on."""
    decoder = make_decoder(video)
    assert decode(decoder, av.Packet(b"\0\0\0\xff not a picture")) == []


@pytest.mark.parametrize("coding", ["aac", "aac_latm", "opus"])
def test_broken_sound_gives_none_whatever_the_decoder_calls_it(coding: str) -> None:
    """FFmpeg says of it that it is invalid, that it is not permitted, or that it is not written yet."""
    context = av.CodecContext.create(coding, "r")
    assert isinstance(context, AudioCodecContext)
    context.sample_rate, context.layout = 48_000, "mono"
    dice = Random(3)  # noqa: S311 - damage, no secret
    for _ in range(300):
        for frame in decode_sound(context, av.Packet(dice.randbytes(dice.randint(1, 60)))):
            assert frame.samples
