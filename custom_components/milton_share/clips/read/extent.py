"""How long a recording is, when its pictures begin and where they pause: for files that somebody else's program wrote.

No codec's code sees the file. It comes as an open file's number, not as a path that could lead elsewhere meanwhile.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from .. import limits
from ..answering import Look, answered, run
from ..refusal import ClipRefused, CutRule
from .facts import gaps_between, shown_times
from .recording import UNDECODED, film_in, open_descriptor

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..job import Limits

JOB_MAX_BYTES = 4_096


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """Seconds of the file's own clock: of the picture shown first, of the end of the last, and the gaps between.

    `anew` is where the file counts anew: what follows is taken to go on without a gap.
    """

    start_s: float
    end_s: float
    gaps: tuple[tuple[float, float], ...]
    anew: tuple[float, ...]


def main() -> int:
    """Answer one job of stdin by one line."""
    return run(answer, JOB_MAX_BYTES)


def answer(data: bytes, apply_limits: Callable[[Limits], None] = limits.apply) -> dict[str, object]:
    """Return the extent, or a refusal by its rule. The limits hold before the file is opened."""
    return answered(data, _look_of, apply_limits)


def _look_of(job: Any) -> Look:  # noqa: ANN401  what stdin said
    descriptor = int(job["descriptor"])
    return lambda: {"extent": asdict(extent_of(descriptor))}


def extent_of(descriptor: int) -> Extent:
    """Look into an open file; raises ClipRefused `unreadable_segment`, OSError."""
    with open_descriptor(descriptor, UNDECODED) as container:
        film = film_in(container)
        if film is None or film.time_base is None:
            raise ClipRefused(CutRule.UNREADABLE_SEGMENT, "no picture")
        shown = shown_times(container, film.time_base)
    times = shown.times
    return Extent(start_s=times[0], end_s=times[-1], gaps=gaps_between(times), anew=shown.anew)
