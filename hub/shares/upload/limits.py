"""The bounds of what homes may send. Each protects the hub; the protocol's own are wider or the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

SHORT_PIECE_BYTES = 64 * 2**10  # homes ask a line that breaks for no less; a body's last piece may be shorter


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds on uploads."""

    body_max_bytes: int = 64 * 2**30  # 12 hours at 12 Mbit/s
    manifest_max_bytes: int = 8 * 2**20  # the manifest has at most 4 MiB before it is sealed
    piece_max_bytes: int = 16 * 2**20  # protocol section 10
    unfinished_max: int = 2_000  # shares that are still being uploaded, in the whole hub
    unfinished_of_one_home: int = 200  # more than a household shares in a week, and a tenth of the hub's
    disk_reserve_bytes: int = 2**30  # never fill the disk that the database is on
    shares_per_hour: int = 60  # from one home; nobody approves one a minute for an hour
    short_pieces_per_minute: int = 300  # from one home; each is written to the disk: 60 shares' last ones, and failures
    pieces_at_once: int = 64  # each needs up to 2 MiB of memory
    pieces_for_one_home: int = 6  # two shares of three bodies: one home can't hold every place
    unfinished_kept: timedelta = timedelta(days=7)  # a home that is away for a week starts again
    idle_s: float = 30  # between two reads of a piece
    piece_s: float = 600  # 16 MiB at 220 kbit/s
