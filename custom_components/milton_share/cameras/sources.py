"""Which source a camera's footage is taken from. Pure.

The owner picks one of those that the camera has. By default it is the first of `ORDER`. The fallback is what this home
recorded itself, or, where that is picked, the linked recorder that comes first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from .model import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from ..sources.recorder_clients import RecorderStanding

ORDER: Final = (Source.MEDIA_FOLDER, Source.REOLINK, Source.UNIFI_PROTECT, Source.FRIGATE, Source.HERE, Source.NEST)
"""What the owner named comes first; what keeps only clips of events comes last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """What other recorders in the house are to this home's cameras."""

    standing: Callable[[str], RecorderStanding | None]  # what is known of the one that is asked, if any
    linked: Callable[[], Mapping[str, Collection[str]]]  # the kinds of all of them, by camera


def in_order(has: Collection[str]) -> tuple[Source, ...]:
    """Return a camera's sources, the default first."""
    return tuple(source for source in ORDER if source in has)


def linked_to_ask(picked: Source | None, has: Collection[str]) -> Source | None:
    """Return which linked recorder of a camera is asked; None where it has none."""
    if picked in has and picked is not Source.HERE:
        return picked
    return next((source for source in in_order(has) if source is not Source.HERE), None)


def asks_here_first(picked: Source | None, asked: str | None) -> bool:
    """Whether this home's own recorder is a camera's chosen source; ``asked``: its linked one."""
    if asked is None or picked is Source.HERE:
        return True
    return picked != asked and ORDER.index(Source.HERE) < ORDER.index(Source(asked))
