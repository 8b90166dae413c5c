"""What an MP4's edit list may do to a recording (ISO/IEC 14496-12, 8.6.6). Pure, over bytes.

Cameras hide a beginning or leave a part out. Who edits a film may also have it play slower, stand still, or show a part
again: FFmpeg passes over the speed, and shows the part twice, so nobody could say when such a picture was taken.
"""

from __future__ import annotations

from ..refusal import ClipRefused, CutRule
from .reader import edits

AS_TAKEN, UNSAID = 1 << 16, frozenset({0, 1})  # a rate, 16.16 fixed point; some writers say none, or miss its place
ROUNDED = 2  # units of the film's clock by which a writer may round


def check_edits(body: bytes, film_hz: int, track_hz: int) -> None:
    """Raise ClipRefused `times_unknown` for an `elst` by which pictures or sound are shown at another time than taken.

    `film_hz` and `track_hz` are the units a second of both clocks.
    """
    shown = [edit for edit in edits(body) if edit.start >= 0]
    if any(edit.rate != AS_TAKEN and (edit.rate not in UNSAID or len(shown) > 1) for edit in shown):
        raise ClipRefused(CutRule.TIMES_UNKNOWN, "it plays at another speed than it was filmed")
    end = 0
    for edit in shown:
        if (edit.start - end) * film_hz < -ROUNDED * track_hz:
            raise ClipRefused(CutRule.TIMES_UNKNOWN, "it shows a part again")
        end = max(end, edit.start + (edit.length * track_hz // film_hz if film_hz else 0))
