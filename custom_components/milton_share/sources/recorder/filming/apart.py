"""How far sound may be from its pictures in what is written, and pictures from their time. Pure but for a clock.

Until a camera's first reports libav takes its tracks to begin together. The first reports say how far that was wrong:
by so much a track's stamps jump. Without reports only arrival can tell.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from av.packet import Packet

TELL_AFTER_S = 5.0
"""By then the soonest packet of each track came, and where one was reported the other was."""
APART_MIN_S = 0.1
"""Less is how exactly arrival tells it, and within what is stated of every time."""
MOVED_BY = 2
"""Up to FFmpeg 8.0 a picture has the word of the next one, which is the first that was moved (`boxes.REPORTED`)."""
LAG_MAX_S = 1.0
"""One track may come so much later than the other (`anchor.LAG_MAX_S`)."""


class Tell(Protocol):
    """Takes how far it may be, and until which stamp; None: from the beginning on, as far as is known."""

    def __call__(self, doubt_s: float, until_s: float | None) -> object:
        """Take it."""
        ...


@dataclass(slots=True, kw_only=True)
class _Track:
    last_s: float
    soonest_s: float
    """The least that it took from a packet's stamp to its coming."""
    lead_s: float
    """How much later than it is decoded a picture is shown at most."""
    step_s: float = 0.0
    reported: int = 0
    """How many packets have the camera's word."""

    def moved_s(self, at_s: float, shown_s: float) -> float:
        """Return by how much the next packet is not where it is due; at most, where libav let it not go back.

        It decodes no picture before the one before; but it is shown before it is decoded then.
        """
        back_s = self.last_s + self.step_s - shown_s
        if back_s >= APART_MIN_S:
            return back_s + self.lead_s
        return abs(at_s - self.last_s - self.step_s)


def watched(packets: Iterator[Packet], tell: Tell, now_s: Callable[[], float]) -> Iterator[Packet]:
    """Pass on packets of pictures and sound as they are; tell what of their times is not sure.

    It is told when the packet is through: one at which the run ends says nothing of those before.
    """
    tracks: dict[str, _Track] = {}
    is_told = False
    since_s, moved_s, reached_s = now_s(), 0.0, 0.0
    for packet in packets:
        tick_s, came_s = float(packet.time_base or 0), now_s()
        if packet.dts is not None:
            at_s = packet.dts * tick_s
            shown_s = at_s if packet.pts is None else packet.pts * tick_s
            before = _is_reported(tracks)
            moved_s = max(moved_s, _look(tracks, packet, (at_s, shown_s), came_s))
            since_s = since_s if _is_reported(tracks) == before else came_s
            reached_s = max(reached_s, at_s)
        yield packet
        if len(tracks) > 1 and all(track.reported >= MOVED_BY for track in tracks.values()):
            if is_told or moved_s >= APART_MIN_S:
                tell(moved_s if moved_s >= APART_MIN_S else 0.0, reached_s)
            break
        if not is_told and len(tracks) > 1 and came_s - since_s >= TELL_AFTER_S:
            doubt_s = _by_arrival(tracks)
            is_told = doubt_s >= APART_MIN_S
            if is_told:
                tell(doubt_s, None)
    yield from packets


def _is_reported(tracks: Mapping[str, _Track]) -> bool:
    """Whether any track was reported yet."""
    return any(track.reported for track in tracks.values())


def _look(tracks: dict[str, _Track], packet: Packet, stamps_s: tuple[float, float], came_s: float) -> float:
    """Note a packet; return by how much its track was moved, where it is among the first that were reported."""
    is_reported, (at_s, shown_s) = packet.has_sidedata("prft"), stamps_s
    lead_s, soonest_s = shown_s - at_s, came_s - at_s
    track = tracks.get(packet.stream.type)
    if track is None:
        reported = MOVED_BY if is_reported else 0  # nothing before it was elsewhere
        tracks[packet.stream.type] = _Track(last_s=at_s, soonest_s=soonest_s, lead_s=lead_s, reported=reported)
        return 0.0
    moved_s = track.moved_s(at_s, shown_s) if is_reported and track.reported < MOVED_BY else 0.0
    track.last_s, track.step_s = at_s, at_s - track.last_s
    track.soonest_s, track.lead_s = min(track.soonest_s, soonest_s), max(track.lead_s, lead_s)
    track.reported += is_reported
    return moved_s


def _by_arrival(tracks: dict[str, _Track]) -> float:
    """Return by how much arrival has sound elsewhere; by more where the pictures' time is known by reports."""
    first, second = tracks.values()
    more_s = LAG_MAX_S if _is_reported(tracks) else 0.0
    return abs(first.soonest_s - second.soonest_s) + more_s
