"""Letters of seven rows by five dots, for the test card: no font has to be there. Pure."""

from __future__ import annotations

from typing import Final

DOTS = 5  # in a row
UNKNOWN: Final = bytes((0x1F, 0x11, 0x11, 0x11, 0x11, 0x11, 0x1F))
"""A box, for a letter that is not here."""

_ROWS = {
    " ": "00000000000000", "-": "0000001f000000", ".": "00000000000c0c", ":": "000c0c000c0c00", "/": "00010204081000",
    "0": "0e11131519110e", "1": "040c040404040e", "2": "0e11010204081f", "3": "1f02040201110e", "4": "02060a121f0202",
    "5": "1f101e0101110e", "6": "0608101e11110e", "7": "1f010204080808", "8": "0e11110e11110e", "9": "0e11110f01020c",
    "A": "0e11111f111111", "B": "1e11111e11111e", "C": "0e11101010110e", "D": "1e11111111111e", "E": "1f10101e10101f",
    "F": "1f10101e101010", "G": "0e11101711110f", "H": "1111111f111111", "I": "0e04040404040e", "J": "0702020202120c",
    "K": "11121418141211", "L": "1010101010101f", "M": "111b1515111111", "N": "11111915131111", "O": "0e11111111110e",
    "P": "1e11111e101010", "Q": "0e11111115120d", "R": "1e11111e141211", "S": "0f10100e01011e", "T": "1f040404040404",
    "U": "1111111111110e", "V": "11111111110a04", "W": "1111111515150a", "X": "11110a040a1111", "Y": "1111110a040404",
    "Z": "1f01020408101f", "Ó": "02040e1111110e",
}  # fmt: skip
GLYPHS: Final = {letter: bytes.fromhex(rows) for letter, rows in _ROWS.items()}
"""The rows of each letter from above, a bit a dot; the leftmost dot is worth 16."""


def rows_of(letter: str) -> bytes:
    """Return the rows of a letter, large or small."""
    return GLYPHS.get(letter.upper(), UNKNOWN)
