"""A decoder is made for pictures only."""

from __future__ import annotations

import re
from ctypes import string_at
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, cast

import av
import numpy as np
import pytest
from av.audio.codeccontext import AudioCodecContext
from av.video.frame import VideoFrame

from custom_components.milton_share.clips.bitstream.padded import packet_of
from custom_components.milton_share.clips.read.decoder import decode
from custom_components.milton_share.clips.read.probe import probe
from custom_components.milton_share.clips.refusal import ClipRefused, Rule
from custom_components.milton_share.clips.write.blanks import Blanks
from custom_components.milton_share.clips.write.hearing import decode_sound
from custom_components.milton_share.clips.write.range_decoder import RangeDecoder, make_decoder
from tests.clips.jobs import job_of
from tests.clips.recordings import START_MS, Recording

if TYPE_CHECKING:
    from av.video.codeccontext import VideoCodecContext

    from custom_components.milton_share.clips.read.probe import VideoFacts

PACKAGE = Path(__file__).parents[2] / "custom_components" / "milton_share" / "clips"


def test_decoders_may_read_behind_what_they_are_given() -> None:
    """They do, by up to 64 bytes, of zeros; PyAV 19 leaves Python's bytes where they are, with whatever lies behind."""
    for size in (0, 1, 4_063, 200_000):
        packet = packet_of(b"x" * size)
        assert bytes(packet) == b"x" * size
        assert string_at(packet.buffer_ptr + size, 64) == bytes(64) if size else not packet.size
    made = [path.name for path in PACKAGE.rglob("*.py") if re.search(r"av\.Packet\((?!len\()", path.read_text())]
    assert made == []


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


class AllAtItsEnd:
    """Stands for a decoder that gives its pictures out when it is drained, as one does that reorders many."""

    has_b_frames = True

    def __init__(self, pictures: list[VideoFrame]) -> None:
        """Take its pictures."""
        self._pictures = pictures

    def decode(self, packet: av.Packet | None) -> list[VideoFrame]:
        """Keep all until then."""
        return self._pictures if packet is None else []


def test_no_picture_of_the_range_is_made_zeros_however_many_a_decoder_gives_out_at_once() -> None:
    """Where a range ended with its group, and pictures are reordered by three or more, its first ones were green."""
    before, count = 3, 12
    pictures = []
    for place in range(count):
        picture = VideoFrame.from_ndarray(np.full((96, 64), 128, dtype=np.uint8), format="yuv420p")
        picture.pts = place
        pictures.append(picture)
    context = cast("VideoCodecContext", AllAtItsEnd(pictures))
    decoder = RangeDecoder(context=context, is_inside=lambda place: place >= before, shown=False, blanks=Blanks())
    packet = av.Packet(b"a picture")
    packet.pts = 0
    assert not list(decoder.decode(packet))
    shown = list(decoder.decode(None))
    assert [frame.pts for frame in shown] == list(range(before, count))
    assert all((frame.to_ndarray() == 128).all() for frame in shown)
