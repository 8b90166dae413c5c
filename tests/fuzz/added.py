"""Files that an owner adds or a program writes: their names, what children say of them, and the files themselves."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from av.error import FFmpegError

from custom_components.milton_share.clips.pictures.model import RoughJob, WantedPictures
from custom_components.milton_share.clips.pictures.rough import pictures
from custom_components.milton_share.clips.read.extent import extent_of
from custom_components.milton_share.clips.read.facts import GAPS_MAX, LENGTH_MAX_S, TAG_MAX_CHARS, facts_of
from custom_components.milton_share.clips.refusal import ClipRefused
from custom_components.milton_share.sources.media_folder.checks import read_extent
from custom_components.milton_share.sources.recorder_clients.errors import CopyError
from custom_components.milton_share.sources.timestamps import YEAR_MAX, YEAR_MIN, moments, read_clock, read_name
from custom_components.milton_share.sources.upload import UploadError
from custom_components.milton_share.sources.upload.facts import read_facts
from custom_components.milton_share.sources.upload.model import NAME_MAX_CHARS, plain_name
from tests.clips.recordings import START_MS
from tests.fuzz.containers import remuxed
from tests.fuzz.media import FOLDER, plain, recorded
from tests.fuzz.short import json_bytes, short_target
from tests.fuzz.target import Shape, Target

if TYPE_CHECKING:
    from collections.abc import Iterable

ZONE = ZoneInfo("America/New_York")
FACTS = {
    "facts": {
        "start_s": 0.0, "length_s": 8.0, "width": 320, "height": 240, "codec": "h264", "sound": True,
        "gaps": [[1.0, 3.5]], "anew": [2.0], "tags": {"creation_time": "2026-11-10T07:10:00Z"},
    }
}  # fmt: skip


def _name(data: bytes) -> object:
    """Read a name by the clock of a house: no moment but of a time that a camera can have had."""
    name = data.decode(errors="replace")
    shown = plain_name(name)
    assert 0 < len(shown) <= NAME_MAX_CHARS
    assert shown.isprintable()
    assert "/" not in shown
    timestamp, clock = read_name(name), read_clock(name)
    assert timestamp is None or clock is None
    if timestamp is None:
        return clock
    readings = moments(timestamp, ZONE)
    assert 1 <= len(readings) <= 2
    assert all(reading.at.tzinfo is UTC and YEAR_MIN - 1 <= reading.at.year <= YEAR_MAX + 1 for reading in readings)
    return timestamp, readings


def _file(data: bytes) -> object:
    """Look into a file as the child does."""
    path, picture = FOLDER / "added.film", FOLDER / "added.jpg"
    path.write_bytes(data)
    picture.unlink(missing_ok=True)
    found = facts_of(path, picture)
    assert 0 < found.length_s <= LENGTH_MAX_S
    assert len(found.gaps) <= GAPS_MAX
    assert all(len(said) <= TAG_MAX_CHARS for said in found.tags.values())
    assert picture.read_bytes().startswith(b"\xff\xd8")
    return found


def _extent(data: bytes) -> object:
    """Measure a file as the child does."""
    path = FOLDER / "measured.film"
    path.write_bytes(data)
    with path.open("rb") as file:
        found = extent_of(file.fileno())
    assert 0 < found.end_s - found.start_s <= LENGTH_MAX_S
    assert len(found.gaps) <= GAPS_MAX
    assert all(found.start_s <= low <= high <= found.end_s for low, high in found.gaps)
    return found


def _rough(data: bytes) -> object:
    """Make small pictures of a recording as the child does: whatever it is, it costs no other recording its own."""
    path = FOLDER / "rough.film"
    path.write_bytes(data)
    wanted = WantedPictures(path=path, from_ms=START_MS, at_ms=(START_MS + 100, START_MS + 1_500))
    found = pictures(RoughJob(files=(wanted,), from_ms=START_MS, until_ms=START_MS + 2_000))
    assert len(found) <= len(wanted.at_ms)
    assert all(START_MS <= one.at_ms < START_MS + 2_000 and one.jpeg.startswith(b"\xff\xd8") for one in found)
    return found


def _files() -> Iterable[bytes]:
    return (
        recorded(),
        plain(),
        b"ffconcat version 1.0\nfile /etc/passwd\n",
        b"#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1/a.ts\n",
    )


TARGETS = (
    short_target(
        "home.file_name",
        _name,
        b"RingVideo_20261110_021000.mp4",
        b"2026-11-10T07:10:00.000+01:00.mkv",
        b"2026-11-10/001/dav/02/02.10.00-02.10.30[M][0@0][0].mp4",
        b"RecM02_DST20261101_013000_013100_0_A1.mp4",
        b"Front Door 11-10-2026, 02.10.00 EST.mp4",
        b"1794294600000.mp4",
        b"07-10-00_Front_001.mp4",
        b"Front Door - 11-10-2026, 2.10.0pm.mp4",
        b"2026-11-10 08.10.00 GMT+1:30.mp4",
        b"2026Y11M10D02H/10M00S60.mp4",
        shape=Shape.TEXT,
    ),
    short_target("home.file_facts", read_facts, json_bytes(FACTS), refusals=(UploadError,)),
    short_target(
        "home.folder_extent",
        read_extent,
        json_bytes({"extent": {"start_s": 1.4, "end_s": 11.4, "gaps": [[3.0, 6.5]], "anew": [7.0]}}),
        refusals=(CopyError,),
    ),
    Target(
        name="media.folder_file",
        run=_extent,
        refusals=(ClipRefused, MemoryError, OSError, FFmpegError),  # as clips/extent.py answers them
        seeds=lambda: (*_files(), remuxed("ts"), remuxed("mkv")),
        shape=Shape.BYTES,
        size_max_bytes=100_000,
    ),
    Target(
        name="media.rough_pictures",
        run=_rough,
        refusals=(MemoryError,),
        seeds=lambda: (*_files(), remuxed("ts"), remuxed("mkv")),
        shape=Shape.BYTES,
        size_max_bytes=100_000,
    ),
    Target(
        name="media.added_file",
        run=_file,
        refusals=(ClipRefused, MemoryError, OSError, FFmpegError),  # as clips/facts.py answers them
        seeds=_files,
        shape=Shape.BYTES,
        size_max_bytes=100_000,
    ),
)
