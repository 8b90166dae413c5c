"""Tiles (c2sp.org/tlog-tiles): the names and bytes of what the log serves as static files."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import ProtocolError
from .merkle import TREE_SIZE_MAX
from .rules import LogRule
from .tree_nodes import NodeId

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

TILE_WIDTH = 256
TILE_HEIGHT = 8
TILE_LEVEL_MAX = 7  # 256^8 leaves are more than TREE_SIZE_MAX
LEAF_SIZE_MAX_BYTES = 65_535  # an entry's length is a uint16

_PATH = re.compile(
    r"tile/(?P<level>entries|[0-7])/(?P<index>(?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/(?P<width>[1-9][0-9]{0,2}))?", re.ASCII
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One tile of hashes, or with ``level`` None one bundle of entries."""

    level: int | None
    index: int
    width: int = TILE_WIDTH

    @classmethod
    def parse(cls, path: str) -> Tile:
        """Read ``tile/<L>/<N>[.p/<W>]``; raise ProtocolError for any other path."""
        match = _PATH.fullmatch(path)
        if match is None:
            raise ProtocolError(LogRule.TILE_UNKNOWN, "path")
        level = None if match["level"] == "entries" else int(match["level"])
        index = int(match["index"].replace("x", "").replace("/", ""))
        tile = cls(level=level, index=index, width=int(match["width"] or TILE_WIDTH))
        if tile.path != path or tile.width > TILE_WIDTH:  # .p/256, or an index with a leading x000
            raise ProtocolError(LogRule.TILE_UNKNOWN, "path is not canonical")
        return tile

    @property
    def path(self) -> str:
        """The path below the log's prefix."""
        level = "entries" if self.level is None else self.level
        groups = [f"{self.index % 1000:03}"]
        rest = self.index // 1000
        while rest:
            groups.insert(0, f"x{rest % 1000:03}")
            rest //= 1000
        partial = "" if self.width == TILE_WIDTH else f".p/{self.width}"
        return f"tile/{level}/{'/'.join(groups)}{partial}"

    def in_tree_of(self, size: int) -> bool:
        """Tell whether a tree of ``size`` leaves has all the nodes of this tile."""
        hashes = size >> (TILE_HEIGHT * (self.level or 0))
        return 0 < self.width <= TILE_WIDTH and self.index * TILE_WIDTH + self.width <= hashes

    def nodes(self) -> tuple[NodeId, ...]:
        """Return the nodes whose hashes, one after another, are the tile's bytes (leaves, for entries)."""
        first = self.index * TILE_WIDTH
        level = TILE_HEIGHT * (self.level or 0)
        return tuple(NodeId(level, first + offset) for offset in range(self.width))

    def content(self, nodes: Mapping[NodeId, bytes]) -> bytes:
        """Return the bytes of a tile of hashes."""
        return b"".join(nodes[node] for node in self.nodes())


def tiles_of(size: int) -> Iterator[Tile]:
    """Yield each tile of hashes that a tree of ``size`` leaves has, full ones first, level by level."""
    if not 0 <= size <= TREE_SIZE_MAX:
        raise ProtocolError(LogRule.LOG_SIZE_OUT_OF_BOUNDS, f"{size} leaves")
    for level in range(TILE_LEVEL_MAX + 1):
        full, partial = divmod(size >> (TILE_HEIGHT * level), TILE_WIDTH)
        for index in range(full):
            yield Tile(level=level, index=index)
        if partial:
            yield Tile(level=level, index=full, width=partial)


def entry_bundle(leaves: Iterable[bytes]) -> bytes:
    """Return the bundle of up to 256 leaves: each after its length as a big-endian uint16."""
    bundle = bytearray()
    for leaf in leaves:
        if len(leaf) > LEAF_SIZE_MAX_BYTES:
            raise ProtocolError(LogRule.LEAF_TOO_LONG, f"{len(leaf)} bytes")
        bundle += len(leaf).to_bytes(2, "big") + leaf
    return bytes(bundle)
