"""Groups of frames that can be decoded by themselves."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from ..bitstream.fields import FieldReader, Scan
from ..bitstream.in_force import is_whole, may_keep_back, merged
from ..bitstream.nal import annex_b, heads, may_be_lossless, split
from ..refusal import ClipRefused
from .packets import print_of

if TYPE_CHECKING:
    import av

    from ..bitstream.nal import NalRules

ANEW: Final = "new_extradata"  # what FFmpeg calls the description of a track that goes on as another
CODINGS_MAX = 16  # a camera has two or three resolutions; more in one file can't be copied


@dataclass(frozen=True, slots=True, kw_only=True)
class Gop:
    """Frames from one IDR to the next, in decode order.

    `broken` are the places of packets that are: what is seen of the others is what a decoder makes of them. A key
    picture that is broken begins a group too, in which nothing is made of what was before it.
    """

    first: int
    count: int
    decodable: bool  # starts with an IDR, keeps its parameter sets, and may follow what another encoder made
    parameter_sets: tuple[bytes, ...]
    scan: Scan = Scan.FRAMES
    broken: tuple[int, ...] = ()

    def of(self, ticks: array[int]) -> array[int]:
        """Return what a file's `ticks` are for this group."""
        return ticks[self.first : self.first + self.count]


@dataclass(slots=True, kw_only=True)
class GopReader:
    """Groups frames by IDR NAL units, not by the container's key flag (an open GOP has that too).

    Parameter sets that a packet brings are in force until others are; `parameter_sets` are the container's own.
    """

    rules: NalRules | None
    length_size: int
    parameter_sets: tuple[bytes, ...]
    alone: bool = False  # each frame is a group of its own, as in motion JPEG
    firsts: dict[tuple[bytes, ...], bytes] = field(default_factory=dict)  # a picture of each coding but the file's own
    done: list[Gop] = field(default_factory=list)
    first: int = 0
    seen: int = 0
    prints: array[int] = field(default_factory=lambda: array("L"))
    decodable: bool = False
    broken: list[int] = field(default_factory=list)
    current: tuple[bytes, ...] = ()  # in force where the group begins
    in_force: tuple[bytes, ...] | None = None  # None: the container's
    described_anew: bool = False  # the container has changed its description: what is in force is not known
    fields: FieldReader = field(default_factory=FieldReader)
    empty: list[int] = field(default_factory=list)  # packets without a picture: some writers store messages apart
    crowded: list[int] = field(default_factory=list)  # packets with several, of which players show one

    def add(self, packet: av.Packet, *, timed: bool) -> None:
        """Take the next frame; one whose time is not known can't be copied."""
        if self.rules is None:
            if self.alone:
                self._close()
            self.prints.append(0)
        else:
            self.described_anew = self.described_anew or packet.has_sidedata(ANEW)
            data = bytes(packet)
            try:
                units = split(data, self.length_size)
            except ClipRefused:
                is_key = packet.is_keyframe or any(map(self.rules.is_idr, heads(data, self.length_size)))
                self._pass_broken(data, is_key=is_key, timed=timed)
                return
            sets = self.in_force = self._sets(units, self.rules)
            slices = [unit for unit in units if self.rules.is_slice(unit)]
            if not slices:
                self._pass_by(sets)
                return
            self._picture(units, slices, sets, self.rules)
        self.decodable = self.decodable and timed
        self.seen += 1

    def _picture(self, units: list[bytes], slices: list[bytes], sets: tuple[bytes, ...], rules: NalRules) -> None:
        """Take the next picture, and the sets that are in force there."""
        is_idr = any(rules.is_idr(unit) for unit in units)
        if self.fields.are_several(slices, sets, rules):
            self.crowded.append(self.seen)
        if is_idr:
            self._close()
            self.decodable, self.current = rules.hevc or not may_be_lossless(sets), sets
            self.decodable = self.decodable and not self.described_anew and not may_keep_back(sets, rules)
            if sets is not self.parameter_sets and len(self.firsts) < CODINGS_MAX:
                self.firsts.setdefault(sets, annex_b([*sets, *slices]))
        elif self.seen == self.first:
            self.current = sets
        elif sets != self.current:
            self.decodable = False
        if not rules.hevc:
            self.fields.add(slices, self.current)
        self.prints.append(print_of(slices))

    def _pass_broken(self, data: bytes, *, is_key: bool, timed: bool) -> None:
        """Count a packet that is broken: decoders may make a picture of it, and what follows on it; no copy can."""
        if self.seen == self.first:
            self.current = self.parameter_sets if self.in_force is None else self.in_force
        elif is_key:
            decodable = self.decodable
            self._close()
            self.decodable = decodable
        self.decodable = self.decodable and timed
        self.broken.append(self.seen)
        self.prints.append(print_of([data]))
        self.seen += 1

    def _pass_by(self, sets: tuple[bytes, ...]) -> None:
        """Count a packet without a picture; what parameter sets it has are in force."""
        if self.seen == self.first:
            self.current = sets
        self.empty.append(self.seen)
        self.prints.append(0)
        self.seen += 1

    def finish(self) -> tuple[Gop, ...]:
        """Return all groups."""
        self._close()
        return tuple(self.done)

    def _close(self) -> None:
        if self.seen > self.first:
            self.done.append(
                Gop(
                    first=self.first,
                    count=self.seen - self.first,
                    decodable=self.decodable,
                    parameter_sets=self.current,
                    scan=self.fields.scan(),
                    broken=tuple(self.broken),
                )
            )
        self.first, self.decodable, self.broken = self.seen, False, []

    def _sets(self, units: list[bytes], rules: NalRules) -> tuple[bytes, ...]:
        """Return the sets in force: those in the packet, and those before it that have another number."""
        before = self.parameter_sets if self.in_force is None else self.in_force
        inside = tuple(unit for unit in units if rules.is_set(unit) and (unit in before or is_whole(unit, rules)))
        if set(inside) <= set(before):
            return before
        found = merged(before, inside, rules)
        return self.parameter_sets if set(found) == set(self.parameter_sets) else found
