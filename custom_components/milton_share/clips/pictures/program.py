"""Makes small pictures of a clip, or of recordings: a program of its own, under the cutter's limits.

No file is written: the answer holds the pictures, which have no metadata.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import limits
from ..answering import Look, answered, run
from .model import RoughJob, WantedPictures
from .rough import pictures
from .stills import stills_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..job import Limits

JOB_MAX_BYTES = 65_536


def main() -> int:
    """Answer one job of stdin by one line."""
    return run(answer, JOB_MAX_BYTES)


def answer(data: bytes, apply_limits: Callable[[Limits], None] = limits.apply) -> dict[str, object]:
    """Return the pictures, or a refusal by its rule. The limits hold before anything is opened."""
    return answered(data, _look_of, apply_limits)


def _look_of(said: Any) -> Look:  # noqa: ANN401  what stdin said
    if "clip" in said:
        clip = Path(said["clip"])
        return lambda: {"stills": stills_of(clip).to_value()}
    files = tuple(
        WantedPictures(path=Path(one["path"]), from_ms=int(one["from_ms"]), at_ms=tuple(map(int, one["at_ms"])))
        for one in said["files"]
    )
    job = RoughJob(files=files, from_ms=int(said["from_ms"]), until_ms=int(said["until_ms"]))
    return lambda: {"rough": [one.to_value() for one in pictures(job)]}
