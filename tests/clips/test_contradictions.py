"""Recordings that contradict themselves are refused by a rule of their own, never by the general one."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import av
import pytest

from custom_components.milton_share.clips.bitstream.nal import H264, RULES, read_extradata, split
from custom_components.milton_share.clips.read.packets import packets
from custom_components.milton_share.clips.read.recording import open_recording
from custom_components.milton_share.clips.refusal import ClipRefused, CutRule
from custom_components.milton_share.clips.write.writer import ClipWriter
from tests.clips.kinds import film, h264

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from av.container import InputContainer


def test_a_picture_that_is_shown_before_it_can_be_decoded_is_refused(tmp_path: Path) -> None:
    """Stored after pictures that come later by their times: one of the two orders is wrong, and nobody knows which."""
    (path,) = film(tmp_path / "film.mp4", h264(30), seconds=1)
    with open_recording(path) as container, ClipWriter(tmp_path / "clip.mp4") as writer:
        track = container.streams.video[0]
        size, sets = read_extradata(bytes(track.codec_context.extradata or b""), RULES[H264])
        writer.copy_video(track, sets, in_band=False)
        (_, packet), *_ = packets(container, audio=False)
        units = split(bytes(packet), size)
        for tick in (0, 3_000, 6_000):
            writer.frame(units, tick, tick, is_key=True, span=3_000)
        with pytest.raises(ClipRefused) as refused:
            writer.frame(units, 4_500, 4_500, is_key=True, span=3_000)
    assert refused.value.rule is CutRule.TIMES_UNKNOWN


class Stuck:
    """A demuxer that says "try again" in the middle of a file, as FFmpeg's does of some bent transport streams."""

    def __init__(self, container: InputContainer) -> None:
        """Read this one."""
        self._container, self.name = container, container.name
        self.streams, self.format = container.streams, container.format

    def demux(self, *streams: object) -> Iterator[av.Packet]:
        """Yield some packets."""
        for index, packet in enumerate(self._container.demux(*streams)):
            if index == 3:
                raise av.error.BlockingIOError(11, "Resource temporarily unavailable")
            yield packet


def test_a_file_that_can_not_be_read_on_is_the_file_s_fault_not_the_machine_s(tmp_path: Path) -> None:
    """It is no want of memory, whatever FFmpeg's number means elsewhere."""
    (path,) = film(tmp_path / "film.ts", h264(30), seconds=1)
    with open_recording(path) as container, pytest.raises(ClipRefused) as refused:
        list(packets(cast("InputContainer", Stuck(container)), audio=False))
    assert refused.value.rule is CutRule.UNREADABLE_SEGMENT
