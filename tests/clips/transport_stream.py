"""Transport streams that ffmpeg doesn't write, made out of those that it does (ISO/IEC 13818-1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PACKET, VIDEO_PID = 188, 256
HEADER, STARTS, ADAPTED = 4, 0x40, 0x20
PES_FLAGS_AT, PES_LENGTH_AT, PES_TIMES_AT, TIMES = 7, 8, 9, 0xC0


def joined(parts: list[Path], out: Path) -> list[Path]:
    """Write files one after the other, as a recorder does that doesn't look into them; the parts are removed."""
    out.write_bytes(b"".join(part.read_bytes() for part in parts))
    for part in parts:
        part.unlink()
    return [out]


def without_times(stream: bytes, keep: Callable[[int], bool]) -> bytes:
    """Return the stream without the times of those pictures that are not kept."""
    data = bytearray(stream)
    index = 0
    for at in range(0, len(data), PACKET):
        pid = int.from_bytes(data[at + 1 : at + 3]) & 0x1FFF
        if pid != VIDEO_PID or not data[at + 1] & STARTS:
            continue
        pes = at + HEADER + (1 + data[at + HEADER] if data[at + 3] & ADAPTED else 0)
        if not keep(index):
            data[pes + PES_FLAGS_AT] &= ~TIMES & 0xFF
            length = data[pes + PES_LENGTH_AT]
            data[pes + PES_TIMES_AT : pes + PES_TIMES_AT + length] = b"\xff" * length
        index += 1
    return bytes(data)
