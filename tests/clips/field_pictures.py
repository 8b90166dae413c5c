"""Field pictures of H.264 (PAFF), made by hand: no encoder here makes them.

Each frame is two pictures, one of its upper lines and one of its lower ones, of raw macroblocks (I_PCM): what is shown
is known to the pixel. ITU-T H.264, sections 7.3.2 to 7.3.5.
"""

from __future__ import annotations

from dataclasses import dataclass, field

SIDE_PX = 32
GRAY_FIRST, GRAY_STEP = 20, 2
"""The gray of a field: its number in the recording tells it from all others."""
START = b"\0\0\0\1"
MAIN_PROFILE, LEVEL = 77, 30
I_SLICE, I_PCM = 7, 25
NUMBER_BITS = 8
IDR, OTHER, SPS, PPS = 0x65, 0x21, 0x67, 0x68


@dataclass(slots=True)
class Bits:
    """Bits, as they are written one after the other."""

    text: list[str] = field(default_factory=list)

    def u(self, count: int, value: int) -> Bits:
        """Write a number of so many bits."""
        self.text.append(f"{value:0{count}b}")
        return self

    def ue(self, *values: int) -> Bits:
        """Write numbers by Exp-Golomb (9.1)."""
        for value in values:
            bits = f"{value + 1:b}"
            self.text.append("0" * (len(bits) - 1) + bits)
        return self

    def aligned(self) -> Bits:
        """Write zeros up to the next byte."""
        length = sum(map(len, self.text))
        self.text.append("0" * (-length % 8))
        return self

    def unit(self, head: int) -> bytes:
        """Return a NAL unit: closed by its stop bit, and with nothing in it that looks like a start code."""
        bits = "".join(self.u(1, 1).aligned().text)
        body = bytes(int(bits[at : at + 8], 2) for at in range(0, len(bits), 8))
        safe = bytearray([head])
        for byte in body:
            if byte <= 3 and safe[-2:] == b"\0\0":
                safe.append(3)
            safe.append(byte)
        return START + bytes(safe)


def parameter_sets(*, adaptive: bool = False) -> bytes:
    """Return both sets: frames of 32 by 32 that may be fields."""
    sps = Bits().u(8, MAIN_PROFILE).u(8, 0).u(8, LEVEL).ue(0, NUMBER_BITS - 4, 0, NUMBER_BITS - 4, 1).u(1, 0)
    sps.ue(SIDE_PX // 16 - 1, SIDE_PX // 32 - 1).u(1, 0).u(1, int(adaptive)).u(1, 1).u(1, 0).u(1, 0)
    pps = Bits().ue(0, 0).u(2, 0).ue(0, 0, 0).u(3, 0).ue(0, 0, 0).u(3, 0)
    return sps.unit(SPS) + pps.unit(PPS)


def gray_of(frame: int, *, lower: bool) -> int:
    """Return how bright a field is."""
    return GRAY_FIRST + GRAY_STEP * (2 * frame + int(lower))


def field_picture(frame: int, number: int, *, lower: bool, is_idr: bool) -> bytes:
    """Return one field of a frame; `number` counts the frames of its group."""
    head = Bits().ue(0, I_SLICE, 0).u(NUMBER_BITS, number).u(1, 1).u(1, int(lower))
    if is_idr:
        head.ue(frame % 2)  # two groups that follow each other differ
    head.u(NUMBER_BITS, 2 * number + int(lower))
    head.u(2, 0) if is_idr else head.u(1, 0)
    head.ue(0)  # slice_qp_delta
    for _ in range(SIDE_PX // 16 * (SIDE_PX // 32)):
        head.ue(I_PCM).aligned()
        head.text += [f"{gray_of(frame, lower=lower):08b}"] * 256 + [f"{128:08b}"] * 128
    return head.unit(IDR if is_idr else OTHER)


def stream(frames: int, group: int) -> bytes:
    """Return so many frames as an elementary stream, the upper field first; each group begins with its sets."""
    made = bytearray()
    for frame in range(frames):
        number = frame % group
        if number == 0:
            made += parameter_sets()
        made += field_picture(frame, number, lower=False, is_idr=number == 0)
        made += field_picture(frame, number, lower=True, is_idr=False)
    return bytes(made)
