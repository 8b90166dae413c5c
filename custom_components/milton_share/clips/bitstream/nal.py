"""NAL units of H.264 (ITU-T H.264, 7.3.1) and HEVC (ITU-T H.265, 7.3.1.2). Pure, over bytes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..refusal import ClipRefused, CutRule

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

H264, HEVC = "h264", "hevc"
START_CODE = b"\0\0\1"
SETS_MAX_BYTES = 4_096  # that a group goes by: a sequence set with all weights and buffers takes half, cameras 200
HEADER_BYTES = 2  # of HEVC; of H.264 one
SPS, PPS = 7, 8
HEVC_VPS, HEVC_SPS, HEVC_PPS = 32, 33, 34
# What every player shows, and no more: data partitions, further views, an auxiliary picture and what is reserved are
# passed over by players, so that nobody who looks at a clip would know what lies in them.
_H264_SLICES, _H264_SETS, _H264_IDR = frozenset({1, 5}), frozenset({SPS, PPS}), frozenset({5})
_HEVC_SLICES = frozenset({*range(10), *range(16, 22)})
_HEVC_SETS, _HEVC_IDR = frozenset({HEVC_VPS, HEVC_SPS, HEVC_PPS}), frozenset({19, 20})
_LAYER_BITS = 3  # of a HEVC unit's second byte, above the temporal layer; one more is in its first
_HIGH_PROFILES = frozenset({100, 110, 122, 144})  # their avcC ends in chroma format and bit depths
_LOSSLESS_PROFILE = 244  # High 4:4:4 Predictive, of 4:2:0 pictures too
_ID_BITS_MAX = 32  # an Exp-Golomb number longer than this is not an id
_SPS_MIN_BYTES = 5  # header, profile, constraints, level, id
_SET_MAX_BYTES = 0xFFFF  # their length has two bytes
_SPS_MAX, _PPS_MAX, _HVCC_SETS_MAX = 31, 255, 0xFFFF  # their counts have five bits, a byte, two bytes
_HEAD_BYTES, _HEVC_SPS_HEAD = 32, 15  # header, layers, profile, tier and level
_AVCC_HEADER, _HVCC_HEADER = 6, 23


@dataclass(frozen=True, slots=True)
class NalRules:
    """What a NAL unit of one codec is."""

    hevc: bool

    def kind(self, unit: bytes) -> int:
        """Return nal_unit_type."""
        return (unit[0] >> 1) & 63 if self.hevc else unit[0] & 31

    def is_slice(self, unit: bytes) -> bool:
        """Whether it is picture data that players show; messages, delimiters, filler and user data are not."""
        return self.kind(unit) in (_HEVC_SLICES if self.hevc else _H264_SLICES) and self._is_of_base(unit)

    def begins(self, unit: bytes) -> bool:
        """Whether a slice is the first of its picture: the first bit of its own head says so."""
        return unit[1 + self.hevc : 2 + self.hevc] >= b"\x80"

    def is_set(self, unit: bytes) -> bool:
        """Whether it is a parameter set."""
        return self.kind(unit) in (_HEVC_SETS if self.hevc else _H264_SETS) and self._is_of_base(unit)

    def is_idr(self, unit: bytes) -> bool:
        """Whether it is a slice of a picture at which decoding can start with nothing before it."""
        return self.kind(unit) in (_HEVC_IDR if self.hevc else _H264_IDR) and self._is_of_base(unit)

    def _is_of_base(self, unit: bytes) -> bool:
        """Whether it is of the layer that is shown: a second one of HEVC may be another picture."""
        return not self.hevc or (len(unit) > 1 and unit[0] & 1 == 0 and unit[1] >> _LAYER_BITS == 0)


RULES = {H264: NalRules(hevc=False), HEVC: NalRules(hevc=True)}


def split(data: bytes, length_size: int) -> list[bytes]:
    """Return the NAL units of a packet, without empty ones: length-prefixed (`length_size` 1 to 4), or Annex B (0).

    Some phones put all units of a picture under one length, with the start codes of Annex B between them. No unit has
    one in it (H.264, 7.4.1), and decoders go by that.
    """
    if length_size == 0:
        return _split_annex_b(data)
    units, at, end = [], 0, len(data)
    while at + length_size <= end:
        size = int.from_bytes(data[at : at + length_size], "big")
        at += length_size
        if at + size > end:
            raise ClipRefused(CutRule.UNREADABLE_SEGMENT, "a NAL unit is longer than its packet")
        if size:
            unit = data[at : at + size]
            units += _split_annex_b(START_CODE + unit) if START_CODE in unit else [unit]
        at += size
    return units


def heads(data: bytes, length_size: int) -> Iterator[bytes]:
    """Yield the header of each unit of a packet that breaks off, as far as lengths (of 1 to 4 bytes) lead to one."""
    at = 0
    while at + length_size < len(data):
        start = at + length_size
        yield data[start : start + HEADER_BYTES]
        at = start + int.from_bytes(data[at:start], "big")


def _split_annex_b(data: bytes) -> list[bytes]:
    units = []
    start = data.find(START_CODE)
    while start >= 0:
        after = data.find(START_CODE, start + len(START_CODE))
        unit = data[start + len(START_CODE) : after if after >= 0 else len(data)].rstrip(b"\0")
        if unit:
            units.append(unit)
        start = after
    return units


def framed(units: Iterable[bytes], length_size: int) -> bytes:
    """Join NAL units as `split` takes them apart."""
    if length_size == 0:
        return annex_b(list(units))
    return b"".join(len(unit).to_bytes(length_size, "big") + unit for unit in units)


def prefixed(units: list[bytes]) -> bytes:
    """Join NAL units, each with a 4-byte big-endian length."""
    return framed(units, 4)


def annex_b(units: list[bytes]) -> bytes:
    """Join NAL units, each with a start code."""
    return b"".join(b"\0\0\0\1" + unit for unit in units)


def read_extradata(extradata: bytes, rules: NalRules) -> tuple[int, tuple[bytes, ...]]:
    """Return (length size, parameter sets) of avcC, hvcC (ISO/IEC 14496-15) or Annex B extradata."""
    if not extradata or extradata.startswith((b"\0\0\1", b"\0\0\0\1")):
        return 0, tuple(unit for unit in split(extradata, 0) if rules.is_set(unit))
    if len(extradata) < (_HVCC_HEADER if rules.hevc else _AVCC_HEADER):
        raise ClipRefused(CutRule.UNREADABLE_SEGMENT, "the codec's configuration is cut short")
    return _read_hvcc(extradata, rules) if rules.hevc else _read_avcc(extradata)


def _read_avcc(data: bytes) -> tuple[int, tuple[bytes, ...]]:
    units, at = [], 5
    for mask in (31, 255):  # the count of SPS has three reserved bits
        count = data[at] & mask if at < len(data) else 0
        at += 1
        for _ in range(count):
            size = int.from_bytes(data[at : at + 2], "big")
            units.append(data[at + 2 : at + 2 + size])
            at += 2 + size
    return (data[4] & 3) + 1, tuple(unit for unit in units if unit)


def _read_hvcc(data: bytes, rules: NalRules) -> tuple[int, tuple[bytes, ...]]:
    units, at = [], _HVCC_HEADER
    for _ in range(data[22]):
        count = int.from_bytes(data[at + 1 : at + 3], "big")
        at += 3
        for _ in range(count):
            size = int.from_bytes(data[at : at + 2], "big")
            units.append(data[at + 2 : at + 2 + size])
            at += 2 + size
            if at > len(data):
                raise ClipRefused(CutRule.UNREADABLE_SEGMENT, "the codec's configuration is cut short")
    return (data[21] & 3) + 1, tuple(unit for unit in units if unit and rules.is_set(unit))


def write_avcc(sets: tuple[bytes, ...]) -> bytes:
    """Return avcC with 4-byte lengths and all `sets` (SPS before PPS, the highest level wins)."""
    sps = [unit for unit in sets if unit[0] & 31 == SPS]
    pps = [unit for unit in sets if unit[0] & 31 == PPS]
    if not sps or not pps or min(map(len, sps)) < _SPS_MIN_BYTES:
        raise ClipRefused(CutRule.UNREADABLE_SEGMENT, "no parameter sets")
    if len(sps) > _SPS_MAX or len(pps) > _PPS_MAX or max(map(len, sps + pps)) > _SET_MAX_BYTES:
        raise ClipRefused(CutRule.UNREADABLE_SEGMENT, "parameter sets that no file has room for")
    highest = max(sps, key=lambda unit: unit[3])
    sized = [len(unit).to_bytes(2, "big") + unit for unit in sps + pps]
    head = bytes([1, highest[1], highest[2], highest[3], 0xFF, 0xE0 | len(sps)])
    tail = b"\xfd\xf8\xf8\x00" if highest[1] in _HIGH_PROFILES else b""  # 4:2:0, eight bits
    return head + b"".join(sized[: len(sps)]) + bytes([len(pps)]) + b"".join(sized[len(sps) :]) + tail


def write_hvcc(sets: tuple[bytes, ...], rules: NalRules) -> bytes:
    """Return hvcC with 4-byte lengths and all `sets`, for 4:2:0 of eight bits; the highest level wins."""
    heads = [_plain(unit)[2:_HEVC_SPS_HEAD] for unit in sets if rules.kind(unit) == HEVC_SPS]
    if not heads or min(map(len, heads)) < _HEVC_SPS_HEAD - 2 or max(map(len, sets)) > _SET_MAX_BYTES:
        raise ClipRefused(CutRule.UNREADABLE_SEGMENT, "no parameter sets")
    if len(sets) > _HVCC_SETS_MAX:
        raise ClipRefused(CutRule.UNREADABLE_SEGMENT, "parameter sets that no file has room for")
    highest = max(heads, key=lambda head: head[12])
    layers, nested = ((highest[0] >> 1) & 7) + 1, highest[0] & 1
    form = b"\xf0\0\xfc\xfd\xf8\xf8\0\0"  # no parallelism named, 4:2:0, eight bits, no rate named
    kinds = sorted({rules.kind(unit) for unit in sets})
    arrays = [_hvcc_array(kind, [unit for unit in sets if rules.kind(unit) == kind]) for kind in kinds]
    return b"\1" + highest[1:] + form + bytes([layers << 3 | nested << 2 | 3, len(arrays)]) + b"".join(arrays)


def _hvcc_array(kind: int, units: list[bytes]) -> bytes:
    sized = b"".join(len(unit).to_bytes(2) + unit for unit in units)
    return bytes([kind]) + len(units).to_bytes(2) + sized


def _plain(unit: bytes) -> bytes:
    """Return the beginning of a unit without the bytes that keep start codes from appearing in it."""
    return unit[:_HEAD_BYTES].replace(b"\0\0\3", b"\0\0")


def may_be_lossless(sets: tuple[bytes, ...]) -> bool:
    """Whether H.264 under these sets may be coded without loss: FFmpeg decodes noise where that begins in a stream."""
    return any(unit[0] & 31 == SPS and unit[1:2] == bytes([_LOSSLESS_PROFILE]) for unit in sets)


def set_ids(sets: tuple[bytes, ...]) -> frozenset[int]:
    """Return the ids that the H.264 parameter sets among `sets` use (SPS and PPS alike)."""
    ids = set()
    for unit in sets:
        kind = unit[0] & 31
        if kind in (SPS, PPS):
            ids.add(_exp_golomb(unit[4:] if kind == SPS else unit[1:]))
    return frozenset(ids)


def _exp_golomb(data: bytes) -> int:
    """Return the first ue(v) of `data` (H.264, 9.1)."""
    raw = data.replace(b"\0\0\3", b"\0\0")
    bits = "".join(f"{byte:08b}" for byte in raw[:9])
    zeros = bits.find("1")
    if not 0 <= zeros < _ID_BITS_MAX:
        raise ClipRefused(CutRule.UNREADABLE_SEGMENT, "a parameter set has no id")
    return int(bits[zeros : 2 * zeros + 1], 2) - 1
