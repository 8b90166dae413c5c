"""How long a recording is, as the limited child measures it: by its pictures' times, with no codec's code."""

from __future__ import annotations

import errno
import json
import os
import struct
from typing import TYPE_CHECKING

import pytest

from custom_components.milton_share.clips.read.extent import answer, extent_of
from custom_components.milton_share.clips.refusal import ClipRefused
from tests.clips.hostile import with_body
from tests.clips.kinds import film, h264, record_kind
from tests.clips.recordings import run

if TYPE_CHECKING:
    from pathlib import Path

    from custom_components.milton_share.clips.job import Limits

LIMITS = {"memory_bytes": 2**30, "cpu_s": 60, "file_size_bytes": 2**20, "open_files": 64}


@pytest.mark.parametrize(
    ("kind", "length_s"),
    [
        ("TS, some times missing", 12),
        ("TS, times begin anew", 12),
        ("TS, HEVC", 12),
        ("MKV, reordered, Opus", 12),
        ("MKV, motion JPEG", 12),
    ],
)
def test_a_recording_is_as_long_as_its_pictures(kind: str, length_s: int, tmp_path: Path) -> None:
    """From the one shown first to the end of the last; what a file counts anew goes on without a gap."""
    path = record_kind(kind, tmp_path).parts[0].path
    with path.open("rb") as file:
        found = extent_of(file.fileno())
        job = json.dumps({"descriptor": file.fileno(), "limits": LIMITS}).encode()
        said = answer(job, lambda _: None)
    assert found.end_s - found.start_s == pytest.approx(length_s, abs=0.01)
    assert [at - found.start_s for at in found.anew] == pytest.approx([6] if kind == "TS, times begin anew" else [])
    assert said == {"extent": {"start_s": found.start_s, "end_s": found.end_s, "gaps": (), "anew": found.anew}}


def test_what_an_edit_list_hides_is_no_part_of_a_recording(tmp_path: Path) -> None:
    """As in an export that was copied from the key picture before its beginning on, or that leaves out its middle."""
    (path,) = film(tmp_path / "film.mp4", h264(15), seconds=8)
    late = ["-ss", "1.3", "-i", str(path), "-c", "copy", str(tmp_path / "late.mp4")]
    run(["ffmpeg", "-v", "error", "-nostdin", *late])
    data = path.read_bytes()
    scale = int.from_bytes(data[data.index(b"mdhd") + 16 :][:4])
    two = struct.pack(">IIIiIIiI", 0, 2, 3_000, 0, 1 << 16, 3_000, 5 * scale, 1 << 16)  # to 3 s, and from 5 s to 8 s
    (tmp_path / "two.mp4").write_bytes(with_body(data, b"elst", two))
    for name, length_s in (("late.mp4", 100 / 15), ("two.mp4", 6)):
        with (tmp_path / name).open("rb") as file:
            found = extent_of(file.fileno())
        assert (found.start_s, found.end_s, found.anew) == (0, pytest.approx(length_s), ())


def test_what_is_no_file_is_not_opened(tmp_path: Path) -> None:
    """A pipe would wait for ever; a descriptor that nobody opened is none."""
    (tmp_path / "sound.txt").write_bytes(b"#EXTM3U\n")
    reader, writer = os.pipe()
    try:
        with pytest.raises(ClipRefused, match="unreadable_segment"):
            extent_of(reader)
    finally:
        os.close(reader)
        os.close(writer)
    with pytest.raises(ClipRefused, match="unreadable_segment"):
        extent_of(reader)
    with (tmp_path / "sound.txt").open("rb") as file:
        job = json.dumps({"descriptor": file.fileno(), "limits": LIMITS}).encode()
        assert answer(job, lambda _: None) == {"refused": "unreadable_segment"}


def test_sound_alone_has_no_extent(tmp_path: Path) -> None:
    """Pictures are what is asked for."""
    path = tmp_path / "sound.mkv"
    run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=duration=1", "-c:a", "aac", str(path)])
    with path.open("rb") as file, pytest.raises(ClipRefused, match="no picture"):
        extent_of(file.fileno())


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b"\xff", b'{"descriptor":0,"limits":{"x":1}}'])
def test_a_job_that_is_none_is_refused(data: bytes) -> None:
    """Before anything is opened."""
    assert answer(data, lambda _: None) == {"refused": "bad_job"}


@pytest.mark.parametrize(
    ("error", "rule"), [(MemoryError(), "out_of_memory"), (OSError(errno.EIO, "broken"), "unreadable_segment")]
)
def test_what_fails_is_said_by_a_rule(error: Exception, rule: str) -> None:
    """Whatever it is."""

    def fail(_: Limits) -> None:
        raise error

    assert answer(json.dumps({"descriptor": 0, "limits": LIMITS}).encode(), fail) == {"refused": rule}
