"""What a recorder has of a camera: numbered films put somewhere in time, cut as recorders cut, without encoding."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import av

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from av.packet import Packet


@dataclass(frozen=True, slots=True, kw_only=True)
class Film:
    """A file whose first picture was taken at `began_s` of the recorder's clock; of it these seconds were kept."""

    path: Path
    began_s: float
    from_s: float = 0.0
    until_s: float = 1e9

    @property
    def kept_s(self) -> tuple[float, float]:
        """From when to when there is something."""
        with av.open(str(self.path)) as container:
            length_s = (container.duration or 0) / 1_000_000
        return self.began_s + self.from_s, self.began_s + min(self.until_s, length_s)


def export(films: Iterable[Film], from_s: float, until_s: float, target: Path) -> bool:
    """Write what there is of a range, from a key picture on, holes closed up; whether there is anything."""
    template = next(iter(films), None)
    if template is None:
        return False
    with av.open(str(template.path)) as source, av.open(str(target), "w", format="mp4") as out:
        stream = out.add_stream_from_template(source.streams.video[0])
        at, wrote = 0, False
        for packet, ticks in _wanted(films, from_s, until_s):
            packet.stream = stream
            packet.pts, packet.dts, at = at, at, at + ticks
            out.mux(packet)
            wrote = True
    return wrote


def _wanted(films: Iterable[Film], from_s: float, until_s: float) -> Iterator[tuple[Packet, int]]:
    """Packets of a range, each with its length; pictures are in the order in which they are shown."""
    for film in films:
        low, high = max(from_s - film.began_s, film.from_s), min(until_s - film.began_s, film.until_s)
        if low >= high:
            continue
        with av.open(str(film.path)) as source:
            stream = source.streams.video[0]
            base, rate = stream.time_base, stream.average_rate
            assert base is not None
            assert rate is not None
            packets = [packet for packet in source.demux(stream) if packet.pts is not None]
            times = [float(packet.pts * base) for packet in packets]
            if low > times[-1]:
                continue
            keys = [time for packet, time in zip(packets, times, strict=True) if packet.is_keyframe]
            first = max((time for time in keys if film.from_s <= time <= low), default=None)
            if first is None:
                first = min((time for time in keys if time >= low), default=high)
            for packet, time in zip(packets, times, strict=True):
                if first <= time < high:
                    yield packet, round(Fraction(1) / rate / base)
