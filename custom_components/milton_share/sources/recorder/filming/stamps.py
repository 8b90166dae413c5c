"""Which packets of a camera are written, and with which time stamps. Pure, but that packets are stamped in place.

From the first key picture on, which is at 0, each behind the one before of its track. Where a camera's stamps begin
anew the run ends: what comes then has another zero, which nobody could tell from a pause of hours or from pictures of
before.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

from .errors import StampsError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from av.packet import Packet

FIRST_PICTURE_S = 15.0
"""A camera may take longer for its first picture than for any other."""
SOUND_ALONE = 3
HELD_MAX = 200
"""Packets until a camera's time stamps are known: seconds, with sound between them."""
BACK_MAX_S = 2.0
"""So far back stamps may go by a camera's mistake, and are moved."""
UNREPORTED_BACK_MAX_S = 15.0
"""The same up to a track's first report: there libav puts sound and pictures beside each other, which it took to begin
at once. That is up to a group of pictures."""
SOUND_BACK_MAX_S = 0.5
"""Sound that goes back farther is left out until it is past what was written: moved, it would be heard where other
sound was, and be in a clip of another time. Pictures are moved, for those that follow need them."""
AHEAD_MAX_S = 60.0
"""A track that pauses for longer, while the other goes on, costs a new run; a line that is silent ends long before. No
picture is shown so long after it is decoded, either: where stamps begin anew among reordered pictures, the first of
those is decoded by the old ones and shown by the new."""
ANEW = "its time stamps began anew"


def while_pictures(packets: Iterator[Packet], silent_s: float, now_s: Callable[[], float]) -> Iterator[Packet]:
    """Pass packets on; raises TimeoutError where a camera's sound goes on without a picture.

    Nothing of what it sends then is of use, no file would be closed, and a new connection may bring pictures again. It
    is waited for them longer than for a camera that sends nothing (`silent_s`): it is there. A disk that stalls is not
    the camera's: what came meanwhile is still to be taken.
    """
    patience_s = SOUND_ALONE * silent_s
    since_s, limit_s = now_s(), max(FIRST_PICTURE_S, patience_s)
    for packet in packets:
        came_s = now_s()
        if packet.stream.type == "video":
            since_s, limit_s = came_s, patience_s
        elif came_s - since_s > limit_s:
            raise TimeoutError
        yield packet
        since_s += now_s() - came_s


def from_zero(packets: Iterator[Packet]) -> Iterator[Packet]:
    """Let the first picture be at 0, where libav's list of segments has it whatever its stamp is."""
    zero: Fraction | None = None
    ticks: dict[int, int] = {}
    for packet in packets:
        index = packet.stream.index
        if index not in ticks:
            base = packet.time_base or Fraction(1)
            if zero is None:
                stamp = packet.dts if packet.pts is None else packet.pts
                zero = (stamp or 0) * base
            ticks[index] = round(zero / base)
        if packet.pts is not None:
            packet.pts -= ticks[index]
        if packet.dts is not None:
            packet.dts -= ticks[index]
        yield packet


def stamped(packets: Iterator[Packet], on_report: Callable[[float], object]) -> Iterator[Packet]:
    """Move a stamp that goes back behind the one before, or leave such sound out.

    Says at which stamp the camera's report is known first; raises StampsError where stamps begin anew.
    """
    last: dict[int, int] = {}
    tick_s: dict[int, float] = {}
    reported: set[int] = set()
    for packet in packets:
        dts, index = packet.dts, packet.stream.index
        if dts is None:  # at the end of a stream it is an empty packet
            if packet.pts is None:
                continue
            dts = packet.dts = packet.pts
        if index not in last:
            tick_s[index] = float(packet.time_base or 0)
        else:
            step_s = (dts - last[index]) * tick_s[index]
            if _is_elsewhere(packet, step_s, is_reported=index in reported):
                continue
            if dts <= last[index]:
                dts = packet.dts = last[index] + 1
        shown = _shown(packet.pts, dts, tick_s[index])
        packet.pts, last[index] = shown, dts
        if index not in reported and packet.has_sidedata("prft"):
            if not reported:
                on_report(shown * tick_s[index])
            reported.add(index)
        yield packet


def _shown(pts: int | None, dts: int, tick_s: float) -> int:
    """Return when a picture is shown, not before it is decoded; raises StampsError where it is of another beginning."""
    shown = dts if pts is None else max(pts, dts)
    if (shown - dts) * tick_s > AHEAD_MAX_S:
        raise StampsError(ANEW)
    return shown


def _is_elsewhere(packet: Packet, step_s: float, *, is_reported: bool) -> bool:
    """Whether a packet is sound of a time that has sound; raises StampsError where it is of another beginning."""
    if not -(BACK_MAX_S if is_reported else UNREPORTED_BACK_MAX_S) <= step_s <= AHEAD_MAX_S:
        raise StampsError(ANEW)
    return step_s < -SOUND_BACK_MAX_S and packet.stream.type == "audio"


def from_key_picture(packets: Iterator[Packet]) -> Iterator[Packet]:
    """Leave out what comes before the first key picture, and stamp the first pictures.

    libav leaves them without time stamps until it knows how many pictures a camera reorders: then they follow from the
    first that has both. Where it never says when the first is shown, the next two say how far apart pictures are.
    """
    held: list[Packet] = []
    shown = 0
    for packet in packets:
        if not packet.size:
            continue
        is_video = packet.stream.type == "video"
        if not held and not (is_video and packet.is_keyframe):
            continue
        held.append(packet)
        shown += is_video and packet.pts is not None
        is_known = is_video and packet.dts is not None and packet.pts is not None
        if len(held) >= HELD_MAX or (is_known and (shown > 1 or held[0].pts is not None)):
            break
    _stamp([packet for packet in held if packet.stream.type == "video"])
    yield from held
    yield from packets


def _stamp(pictures: Sequence[Packet]) -> None:
    """Give pictures the time stamps that lead up to those of the last one.

    When one is shown is left as it is known, however irregularly they came: none is decoded later than that.
    """
    last = pictures[-1] if pictures else None
    if last is None or last.dts is None or last.pts is None:
        return
    stream = last.stream
    rate, tick = stream.average_rate, stream.time_base
    step = last.duration or (round(1 / (rate * tick)) if rate and tick else 1)
    shown = sorted(picture.pts for picture in pictures if picture.pts is not None)
    apart = min((after - before for before, after in pairwise(shown)), default=0)
    first = shown[0] - max(step, apart)  # a slow camera may promise more pictures than it sends
    following, soonest = last.dts, last.pts
    for before, picture in enumerate(reversed(pictures[:-1]), 1):
        if picture.pts is None:  # the key picture, which is shown before all that follow it
            picture.pts = first
        soonest = min(soonest, picture.pts)
        if picture.dts is None:
            picture.dts = min(last.dts - before * step, soonest, following - 1)
        following = picture.dts
