"""The index of a plain MP4: read within bounds, or refused."""

from __future__ import annotations

import io
import random
import struct
from functools import partial
from typing import TYPE_CHECKING

import pytest

from custom_components.milton_share.clips.mp4.reader import FILE_BOXES_MAX
from custom_components.milton_share.sources.recorder_clients.archive.contents import Contents, read_contents
from custom_components.milton_share.sources.recorder_clients.errors import CopyError, CopyRule
from tests.clips.frigate_recordings import record_as_frigate
from tests.clips.recordings import run
from tests.milton_share.sources.frigate.kitchen import rule_of

if TYPE_CHECKING:
    from pathlib import Path


VIDEO: dict[str, object] = {"vcodec": "libx264", "preset": "ultrafast", "g": 15, "bf": 0}


def box(kind: bytes, *bodies: bytes) -> bytes:
    """Make a box."""
    body = b"".join(bodies)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def file_of(stts: list[tuple[int, int]], ctts: list[tuple[int, int]] | None = None, *, signed: bool = False) -> bytes:
    """Make a file of nothing but an index, of 10 ticks a second."""
    tables = [box(b"stts", struct.pack(">II", 0, len(stts)), *(struct.pack(">II", *pair) for pair in stts))]
    if ctts is not None:
        head = struct.pack(">II", (1 << 24) if signed else 0, len(ctts))
        tables.append(box(b"ctts", head, *(struct.pack(">Ii" if signed else ">II", *pair) for pair in ctts)))
    return box(b"moov", track_of(b"vide", tables))


def track_of(handler: bytes, tables: list[bytes]) -> bytes:
    """Make a track of 10 ticks a second."""
    header = box(b"mdhd", struct.pack(">IIIIII", 0, 0, 0, 10, 0, 0))
    kind = box(b"hdlr", struct.pack(">II4s", 0, 0, handler))
    return box(b"trak", box(b"mdia", header, kind, box(b"minf", box(b"stbl", *tables))))


def read(data: bytes) -> Contents:
    """Read it."""
    return read_contents(io.BytesIO(data), len(data))


def test_a_file_of_frigate_is_as_long_as_its_pictures(parts: list[Path]) -> None:
    """Three seconds each, from 0."""
    for part in parts:
        data = part.read_bytes()
        contents = read(data)
        assert (contents.start_s, contents.length_s, contents.gaps) == (0, pytest.approx(3.0, abs=0.07), ())
        assert not contents.sounds_to_its_end


def test_what_an_export_keeps_from_being_shown_is_no_part_of_it(tmp_path: Path) -> None:
    """It was copied from the key picture before its beginning on, and an edit list says where it begins."""
    recording = record_as_frigate(tmp_path / "film", seconds=6, segment_s=6, video={**VIDEO, "g": 45}, sound="aac")
    late = tmp_path / "late.mp4"
    run(
        ["ffmpeg", "-v", "error", "-nostdin", "-ss", "1.3", "-i", str(recording.parts[0].path), "-c", "copy", str(late)]
    )
    assert read(late.read_bytes()).length_s == pytest.approx(6 - 1.3, abs=0.07)


def test_sound_to_the_end_is_heard(tmp_path: Path) -> None:
    """As Frigate's own settings make it."""
    recording = record_as_frigate(tmp_path / "film", seconds=6, segment_s=3, video=VIDEO, sound="aac")
    for part in recording.parts:
        contents = read(part.path.read_bytes())
        assert contents.sound_s == pytest.approx(contents.length_s, abs=0.3)
        assert contents.sounds_to_its_end


def test_sound_that_is_damaged_is_no_sound_and_its_pictures_are_read() -> None:
    """A table that says more than is there."""
    whole = file_of([(30, 1)])[8:]
    sound = track_of(b"soun", [box(b"stts", struct.pack(">IIII", 0, 2, 30, 1))])
    assert read(box(b"moov", whole, sound)) == Contents(start_s=0.0, end_s=3.0, gaps=())


@pytest.mark.parametrize("length_s", [0.1, 0.9, 1.1, 3.0])
def test_no_sound_is_no_sound_to_the_end_however_short_the_file_is(length_s: float) -> None:
    """Else the short last file of a run would vouch for the times of all of it."""
    assert not Contents(start_s=0.0, end_s=length_s, gaps=()).sounds_to_its_end
    assert Contents(start_s=0.0, end_s=length_s, gaps=(), sound_s=length_s).sounds_to_its_end


def test_pictures_that_are_reordered_are_put_in_the_order_they_are_shown_in() -> None:
    """Offsets from the time of decoding, of both kinds."""
    assert read(file_of([(3, 1)], [(1, 1), (1, 2), (1, 0)])) == Contents(start_s=0.1, end_s=0.4, gaps=())
    assert read(file_of([(2, 2)], [(1, 0), (1, -1)], signed=True)) == Contents(start_s=0.0, end_s=0.3, gaps=())


def test_a_picture_that_stands_for_seconds_is_a_gap() -> None:
    """From its usual end to the next."""
    assert read(file_of([(5, 1), (1, 30), (5, 1)])).gaps == ((pytest.approx(0.6), 3.5),)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<html>",
        b"ffconcat version 1.0\nfile /etc/passwd\n",
        box(b"moov"),
        box(b"moov", box(b"trak", box(b"mdia", box(b"hdlr", b"12345678vide")))),
        file_of([]),
        file_of([(1, 0)]),
        file_of([(4_000_000_000, 1)]),
        file_of([(50_000, 1), (60_000, 1)]),
        file_of([(10, 100_000)]),
        file_of([(2, 1)], [(3, 0)]),
        file_of([(2, 1)], [(1, 0)]),
        file_of([(2, 1)]).replace(struct.pack(">I", 10), struct.pack(">I", 0)),
        file_of([(2, 1)]).replace(struct.pack(">4sII", b"stts", 0, 1), struct.pack(">4sII", b"stts", 0, 2**31)),
        struct.pack(">I4sQ", 1, b"moov", 2**62),
    ],
)
def test_a_file_that_is_no_recording_is_refused(data: bytes) -> None:
    """Pages, scripts, nothing, tables that claim what isn't there, impossible lengths."""
    with pytest.raises(CopyError) as refused:
        read(data)
    assert refused.value.rule is CopyRule.RECORDING_UNREADABLE


def test_a_broken_file_is_read_or_refused_by_rule(parts: list[Path]) -> None:
    """Two thousand files with bytes changed in the index, or cut off."""
    rng = random.Random(3)  # noqa: S311 - repeatable, no secret
    whole = parts[0].read_bytes()
    index_end = whole.index(b"mdat")
    for _ in range(2_000):
        data = bytearray(whole)
        for _ in range(rng.randrange(1, 6)):
            data[rng.randrange(index_end)] = rng.randrange(256)
        cut = bytes(data[: rng.randrange(index_end, len(data))])
        assert rule_of(partial(read, cut)) in (None, CopyRule.RECORDING_UNREADABLE)


def test_a_file_of_more_boxes_than_any_has_is_not_gone_through() -> None:
    """A gigabyte of empty ones kept a processor busy for a minute."""
    file = io.BytesIO(b"\0\0\0\x08free" * (FILE_BOXES_MAX + 1_000))
    assert rule_of(partial(read_contents, file, len(file.getvalue()))) == CopyRule.RECORDING_UNREADABLE
    assert file.tell() < len(file.getvalue()) - 1_000
