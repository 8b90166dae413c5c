"""Bits of parameter sets and slices, as ITU-T H.264 (7.2, 9.1) and H.265 (7.2, 9.2) write them. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from ..refusal import ClipRefused, CutRule

NUMBER_BITS_MAX = 32


@dataclass(slots=True)
class Bits:
    """Reads bits; raises ClipRefused `unreadable_segment` past the end."""

    text: str
    at: int = 0

    @classmethod
    def of(cls, data: bytes) -> Bits:
        """Take bytes, without those that keep start codes from appearing among them."""
        return cls("".join(f"{byte:08b}" for byte in data.replace(b"\0\0\3", b"\0\0")))

    def u(self, count: int) -> int:
        """Read a number of so many bits."""
        piece = self.text[self.at : self.at + count]
        self.at += count
        if len(piece) < count:
            raise ClipRefused(CutRule.UNREADABLE_SEGMENT, "a parameter set or a slice is cut short")
        return int(piece, 2) if piece else 0

    def ue(self) -> int:
        """Read a number by Exp-Golomb."""
        zeros = self.text.find("1", self.at) - self.at
        if not 0 <= zeros < NUMBER_BITS_MAX:
            raise ClipRefused(CutRule.UNREADABLE_SEGMENT, "a parameter set or a slice is broken")
        self.at += zeros
        return self.u(zeros + 1) - 1

    def se(self) -> int:
        """Read one that may be below 0."""
        value = self.ue()
        return (value + 1) // 2 if value % 2 else -(value // 2)
