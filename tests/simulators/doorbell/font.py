"""A clock in the picture: digits of five by seven points, drawn for this doorbell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

INK, PAPER = 235, 20
_SHAPES = {
    "0": (".###.", "#...#", "#...#", "#...#", "#...#", "#...#", ".###."),
    "1": ("..#..", ".##..", "..#..", "..#..", "..#..", "..#..", ".###."),
    "2": (".###.", "#...#", "....#", "..##.", ".#...", "#....", "#####"),
    "3": ("####.", "....#", "....#", ".###.", "....#", "....#", "####."),
    "4": ("...#.", "..##.", ".#.#.", "#..#.", "#####", "...#.", "...#."),
    "5": ("#####", "#....", "####.", "....#", "....#", "#...#", ".###."),
    "6": (".###.", "#....", "#....", "####.", "#...#", "#...#", ".###."),
    "7": ("#####", "....#", "...#.", "...#.", "..#..", "..#..", "..#.."),
    "8": (".###.", "#...#", "#...#", ".###.", "#...#", "#...#", ".###."),
    "9": (".###.", "#...#", "#...#", ".####", "....#", "....#", ".###."),
    ":": (".....", "..#..", "..#..", ".....", "..#..", "..#..", "....."),
    "-": (".....", ".....", ".....", "#####", ".....", ".....", "....."),
    ".": (".....", ".....", ".....", ".....", ".....", "..#..", "..#.."),
    "#": (".#.#.", ".#.#.", "#####", ".#.#.", "#####", ".#.#.", ".#.#."),
    " ": (".....",) * 7,
}


class Font:
    """The shapes at one size, with a border of paper."""

    def __init__(self, scale: int) -> None:
        """Take how many pixels one point of a shape is wide and high."""
        self._glyphs = {
            char: np.kron(
                np.pad(np.array([[INK if p == "#" else PAPER for p in row] for row in rows], np.uint8),
                       1, constant_values=PAPER),
                np.ones((scale, scale), np.uint8),
            )
            for char, rows in _SHAPES.items()
        }  # fmt: skip

    def picture(self, text: str) -> NDArray[np.uint8]:
        """Set one line."""
        return np.hstack([self._glyphs[char] for char in text])
