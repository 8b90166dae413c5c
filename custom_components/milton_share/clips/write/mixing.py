"""Sound brought to another form; of many channels it is mixed down to two before it is cut."""

from __future__ import annotations

from typing import TYPE_CHECKING

import av

from ..bitstream.aac import CHANNELS_MAX
from ..read.decoder import NOT_THE_FILE
from ..refusal import ClipRefused, CutRule

if TYPE_CHECKING:
    from av.audio.frame import AudioFrame


class Mixer:
    """Mixes many channels down to two, sample for sample; one or two stay as they are.

    Before anything else is done with them: PyAV counts the planes of a frame up to one that isn't there, so of eight
    and more it counts what lies behind them too.
    """

    def __init__(self) -> None:
        """Know no form yet."""
        self._resampler: av.AudioResampler | None = None
        self._recorded_as: tuple[int, str, str] | None = None

    def mix(self, frame: AudioFrame) -> list[AudioFrame]:
        """Return the same samples in at most two channels, as one frame; raises ClipRefused `sound_undecodable`."""
        if frame.layout.nb_channels <= CHANNELS_MAX:
            return [frame]
        form = recorded_as(frame)
        if self._resampler is None or self._recorded_as != form:
            self._recorded_as = form
            self._resampler = av.AudioResampler(format="fltp", layout="stereo", rate=frame.sample_rate)
        frame.pts = None  # or holes in the recording would be filled here
        return resampled(self._resampler, frame)


def resampled(resampler: av.AudioResampler, frame: AudioFrame) -> list[AudioFrame]:
    """Return samples in another form; raises ClipRefused `sound_undecodable` for channels that nobody can mix.

    FFmpeg can't mix a field of sound (ambisonics), nor more than eight channels where nothing says which is which.
    """
    try:
        return resampler.resample(frame)
    except NOT_THE_FILE:
        raise
    except av.error.FFmpegError as error:
        raise ClipRefused(CutRule.SOUND_UNDECODABLE, f"nobody can mix {frame.layout.name}") from error


def recorded_as(frame: AudioFrame) -> tuple[int, str, str]:
    """Return the rate, the channels and the form of samples: what is told apart is recorded otherwise."""
    return frame.sample_rate, frame.layout.name, frame.format.name
