"""The order of a track's channels, where its file says one (the `chan` of QuickTime, ISO/IEC 23003-5's `chnl`).

An order that FFmpeg has no number for lies in memory of its own, and PyAV 19 gives that back as often as somebody was
told how many channels there are, and with each frame: the process ends, or goes on with what is another's by now. So a
track is asked once, here, and has an order without such memory from then on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from av.audio.codeccontext import AudioCodecContext

LISTED = " channels ("  # how FFmpeg names an order that has no name: "2 channels (FR+FL)"
ORDERLESS = ("pcm_", "adpcm_")  # decoders that know of no order, so that the file's is all that there is


def channels_of(context: AudioCodecContext) -> tuple[int, bool]:
    """Return how many channels a track has that no decoder was opened for, and whether nobody knows which is which."""
    said = context.layout  # which is all that has the memory, once the track has another order
    count, name = said.nb_channels, said.name
    is_listed = LISTED in name and count > 1
    if count:
        context.layout = "mono" if count == 1 else f"{count} channels" if is_listed else name
    return count, is_listed and context.name.startswith(ORDERLESS)
