"""The pictures that a doorbell sends: H.264 (RFC 6184 mode 1: single NAL units, FU-A), or HEVC (RFC 7798, the same)."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PAYLOAD_BYTES_MAX = 1400
VIDEO_RATE_HZ = 90_000
FIRST, LAST = 0x80, 0x40
"""Of a fragment's own byte."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coding:
    """How pictures are made, and what RTP calls them. `sets` and `keys` are types of NAL units, `fragment` one more."""

    encoder: str
    name: str
    head_bytes: int
    sets: tuple[int, ...]
    """In the order in which they are described."""
    keys: frozenset[int]
    fragment: int
    params: str
    """The name of the encoder's own options."""
    plain: str
    """What its encoder is told so that it gives each picture at once, and key pictures when they are due."""

    def kind(self, unit: bytes) -> int:
        """Return the type of a NAL unit."""
        return unit[0] & 0x1F if self.head_bytes == 1 else unit[0] >> 1 & 0x3F

    def is_set(self, unit: bytes) -> bool:
        """Tell parameter sets."""
        return self.kind(unit) in self.sets

    def is_key(self, units: Sequence[bytes]) -> bool:
        """Tell pictures that need none before them."""
        return any(self.kind(unit) in self.keys for unit in units)

    def payloads(self, units: Sequence[bytes]) -> Iterator[tuple[bytes, bool]]:
        """Payloads of one picture and whether each is the last (the marker)."""
        for index, unit in enumerate(units):
            last_unit = index == len(units) - 1
            if len(unit) <= PAYLOAD_BYTES_MAX:
                yield unit, last_unit
                continue
            head, kind, rest = self._fragment_head(unit), self.kind(unit), memoryview(unit)[self.head_bytes :]
            step = PAYLOAD_BYTES_MAX - len(head) - 1
            for at in range(0, len(rest), step):
                first, last = at == 0, at + step >= len(rest)
                mark = bytes([kind | (FIRST if first else 0) | (LAST if last else 0)])
                yield head + mark + rest[at : at + step], last_unit and last

    def _fragment_head(self, unit: bytes) -> bytes:
        if self.head_bytes == 1:
            return bytes([unit[0] & 0xE0 | self.fragment])
        return bytes([unit[0] & 0x81 | self.fragment << 1, unit[1]])

    def description(self, payload_type: int, units: Sequence[bytes]) -> list[str]:
        """Describe them by their parameter sets (RFC 4566)."""
        coded = [base64.b64encode(unit).decode() for kind in self.sets for unit in units if self.kind(unit) == kind]
        if self.head_bytes == 1:
            profile = next(unit for unit in units if self.kind(unit) == self.sets[0])[1:4].hex()
            said = f"packetization-mode=1;profile-level-id={profile};sprop-parameter-sets={','.join(coded)}"
        else:
            said = ";".join(f"sprop-{name}={one}" for name, one in zip(("vps", "sps", "pps"), coded, strict=True))
        return [f"a=rtpmap:{payload_type} {self.name}/{VIDEO_RATE_HZ}", f"a=fmtp:{payload_type} {said}"]


H264 = Coding(
    encoder="libx264",
    name="H264",
    head_bytes=1,
    sets=(7, 8),
    keys=frozenset({5}),
    fragment=28,
    params="x264-params",
    plain="scenecut=0:rc-lookahead=0:sync-lookahead=0:sliced-threads=0:force-cfr=1",
)
HEVC = Coding(
    encoder="libx265",
    name="H265",
    head_bytes=2,
    sets=(32, 33, 34),
    keys=frozenset({19, 20}),
    fragment=49,
    params="x265-params",
    plain="scenecut=0:rc-lookahead=0:open-gop=0:repeat-headers=0:info=0:log-level=none:pools=1:frame-threads=1",
)
CODINGS = {"h264": H264, "hevc": HEVC}
