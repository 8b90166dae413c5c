"""What the cutter reads of other containers than MP4: first bytes, sound's headers, turns, times; whole files."""

from __future__ import annotations

import struct
from functools import cache
from typing import TYPE_CHECKING

from av.error import FFmpegError

from custom_components.milton_share.clips.bitstream.aac import rate_in
from custom_components.milton_share.clips.bitstream.adts import channels_in, read_adts
from custom_components.milton_share.clips.bitstream.fields import FRAME_NUM_BITS, FieldReader, read_sequence
from custom_components.milton_share.clips.bitstream.nal import HEVC, RULES, read_extradata, split, write_hvcc
from custom_components.milton_share.clips.mp4.turning import matrix_in, set_turn, turn_in, turn_of
from custom_components.milton_share.clips.read.containers import (
    AVI,
    MKV,
    MP4,
    PROGRAM_STREAM,
    TRANSPORT_STREAM,
    recognise,
)
from custom_components.milton_share.clips.read.probe import probe
from custom_components.milton_share.clips.refusal import ClipRefused
from custom_components.milton_share.clips.timeline import TICK
from custom_components.milton_share.clips.timestamps import NEVER, Timestamps, decode_order, fill
from tests.clips.field_pictures import parameter_sets, stream
from tests.clips.recordings import run
from tests.fuzz.floods import floods
from tests.fuzz.media import FOLDER, boxes_in, job_of, plain
from tests.fuzz.target import Shape, Target

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

WRAP = 2**33


@cache
def remuxed(suffix: str) -> bytes:
    """Return two seconds of a camera in another container."""
    source, out = FOLDER / "plain.mp4", FOLDER / f"remuxed.{suffix}"
    source.write_bytes(plain())
    run(["ffmpeg", "-v", "error", "-nostdin", "-y", "-i", str(source), "-c", "copy", str(out)])
    return out.read_bytes()


def _container(data: bytes) -> object:
    found = recognise(data)
    assert found in (AVI, MP4, MKV, PROGRAM_STREAM, TRANSPORT_STREAM)
    assert not data.lstrip().startswith((b"ffconcat", b"#EXTM3U"))
    return found.demuxer


def _sound(data: bytes) -> object:
    found = read_adts(data)
    if found is not None:
        assert 0 < len(found[1]) < len(data)
        assert channels_in(found[0]) > 0
    return found, rate_in(data)


def _turn(data: bytes) -> object:
    """Read a file's turn; what is written over it is read again."""
    path = FOLDER / "turned.mp4"
    path.write_bytes(data)
    turn = turn_in(path)
    set_turn(path, turn)
    assert matrix_in(path) in (None, turn.matrix())
    assert turn_of(turn.matrix()) == turn
    return turn


def _times(data: bytes) -> object:
    """Follow any times: those of the pictures stay sorted where they were, and filled ones lie nowhere new."""
    timestamps = Timestamps(time_base=TICK, lasts=90_000 * 60, wrap=WRAP if data[:1] > b"\x80" else 0)
    for (at,) in struct.iter_unpack(">Q", data[1 : 1 + (len(data) - 1) // 8 * 8]):
        shown = None if at % 7 == 0 else at % WRAP
        timestamps.add(shown, None if at % 5 == 0 else shown)
    filled = fill(timestamps.shown, 90_000)
    assert NEVER not in filled
    assert len(decode_order(filled)) == len(filled)
    return list(filled)


def _hvcc(data: bytes) -> object:
    _, sets = read_extradata(data, RULES[HEVC])
    written = write_hvcc(sets, RULES[HEVC])
    size, again = read_extradata(written, RULES[HEVC])
    assert size == 4
    assert sorted(again) == sorted(sets)
    return written


def _fields(data: bytes) -> object:
    """Read sets and slices as one packet: what it says of fields, and the same again."""
    units = split(data, 0)
    sets = tuple(unit for unit in units if RULES["h264"].is_set(unit))
    reader = FieldReader()
    for unit in units:
        reader.add([unit], sets)
    found = [read_sequence(unit) for unit in sets if unit[0] & 31 == 7]
    assert all(one.frame_num_bits in FRAME_NUM_BITS for one in found)
    return reader.scan(), found


def _probe(data: bytes) -> object:
    path = FOLDER / "segment.bin"
    path.write_bytes(data)
    return [(one.video.codec, one.video.ticks, one.audio and one.audio.ticks) for one in probe(job_of(path))]


def _target(
    name: str, parse: Callable[[bytes], object], seeds: Callable[[], Iterable[bytes]], size_max_bytes: int = 8_192
) -> Target:
    refusals = (ClipRefused, MemoryError, OSError, FFmpegError) if parse is _probe else (ClipRefused,)
    return Target(
        name=name,
        run=parse,
        refusals=refusals,
        seeds=lambda: (*seeds(), *floods()),
        shape=Shape.BYTES,
        size_max_bytes=size_max_bytes,
    )


def _headers() -> list[bytes]:
    return [boxes_in(plain(), b"tkhd")[0], plain()]


def _hevc_sets() -> list[bytes]:
    sps = b"\x42\x01\x01\x01\x60\0\0\3\0\x90\0\0\3\0\0\3\0\x3c\xa0\x0a\x08\x05\xa1"
    return [b"\0\0\1" + b"\0\0\1".join((b"\x40\x01\x0c", sps, b"\x44\x01\xc1"))]


TARGETS = (
    _target("media.container", _container, lambda: [plain()[:400], remuxed("ts")[:800], remuxed("mkv")[:400]]),
    _target("media.adts", _sound, lambda: [bytes.fromhex("fff16040313ffc") + bytes(386), b"\x14\x08"]),
    _target("media.turn", _turn, _headers, 100_000),
    _target("media.times", _times, lambda: [b"\xff" + struct.pack(">9Q", *range(WRAP - 3, WRAP + 6)), bytes(33)]),
    _target("media.fields", _fields, lambda: [parameter_sets(), stream(2, 1)]),
    _target("media.hvcc", _hvcc, _hevc_sets),
    _target("media.probe_ts", _probe, lambda: [remuxed("ts")], 100_000),
    _target("media.probe_mkv", _probe, lambda: [remuxed("mkv")], 100_000),
)
