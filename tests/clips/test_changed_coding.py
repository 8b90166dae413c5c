"""A file whose coding changes in its middle, and that says so once: in the stream, or by a second description."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pytest

from custom_components.milton_share.clips.bitstream.nal import prefixed
from custom_components.milton_share.clips.make import make_clip
from custom_components.milton_share.clips.refusal import ClipRefused, CutRule
from tests.clips.exact import plays_without_a_word
from tests.clips.hostile import box, with_body
from tests.clips.jobs import cut_exactly, job_of
from tests.clips.kinds import film, h264, hevc
from tests.clips.masks import rectangle
from tests.clips.recordings import FPS, START_MS, Part, Recording
from tests.clips.transport_stream import joined
from tests.fuzz.film_bending import boxes

if TYPE_CHECKING:
    from pathlib import Path

SECONDS = 4  # of each half
ENTRY_AT, CONFIG_AT = 8, 86  # in `stsd`, the first entry; in that, its first box (ISO/IEC 14496-12, 8.5.2 and 12.1.3)
RANGES = ((4_900, 7_100), (3_300, 4_560), (5_400, 7_100))  # from the group of the change on, over it, from the next on


@pytest.fixture(scope="module")
def halves(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, bytes]:
    """Film two files of which the second, from where the first ends on, is coded by other sets with the same ids."""
    folder = tmp_path_factory.mktemp("halves")
    codings = h264(15), h264(15, profile="baseline", coder=0)
    for index, coding in enumerate(codings):
        film(folder / f"{index}.mp4", coding, seconds=SECONDS, before=index * SECONDS)
    return (folder / "0.mp4").read_bytes(), (folder / "1.mp4").read_bytes()


def _recorded(halves: tuple[bytes, bytes], way: str, folder: Path) -> Recording:
    """Return both halves as one file; the change is told in the stream, or by a second description."""
    path = folder / "film.mp4"
    path.write_bytes(_spliced(*halves, described_twice=way != "in the stream"))
    return Recording(parts=(Part(path=path, first=0),), numbers=tuple(range(2 * SECONDS * FPS)))


@pytest.mark.parametrize("way", ["in the stream", "by a second description"])
def test_what_follows_a_change_that_is_told_once_is_cut_by_it(
    way: str, halves: tuple[bytes, bytes], tmp_path: Path
) -> None:
    """Each group is copied or decoded by the sets that are in force there, wherever the range begins."""
    recording = _recorded(halves, way, tmp_path)
    for from_ms, until_ms in RANGES:
        job = job_of(recording, START_MS + from_ms, START_MS + until_ms, tmp_path / f"{from_ms}.mp4")
        result = cut_exactly(recording, job)
        copied = {frames.kind for frames in result.frames} - {"encoded"}
        assert bool(copied) == (way == "in the stream")
    plays_without_a_word(job.out)


@pytest.mark.parametrize("way", ["in the stream", "by a second description"])
def test_under_a_mask_too_what_follows_a_change_is_decoded_by_it(
    way: str, halves: tuple[bytes, bytes], tmp_path: Path
) -> None:
    """All is encoded then, in one go over the change, or from behind it on."""
    recording = _recorded(halves, way, tmp_path)
    for from_ms, until_ms in RANGES:
        masks = (rectangle(0, 9_000, 1_000, 1_000),)
        job = job_of(recording, START_MS + from_ms, START_MS + until_ms, tmp_path / f"{from_ms}.mp4", masks=masks)
        assert [frames.kind for frames in cut_exactly(recording, job).frames] == ["encoded"]


@pytest.mark.parametrize("form", [b"avc3", b"hvc1", b"mp4v"])
def test_pictures_that_go_on_in_another_form_are_refused_and_not_called_a_gap(
    form: bytes, halves: tuple[bytes, bytes], tmp_path: Path
) -> None:
    """FFmpeg passes over all that a second description of another type is of, and says nothing."""
    path, spliced = tmp_path / "film.mp4", _spliced(*halves, described_twice=True)
    at = spliced.rindex(b"avc1")
    path.write_bytes(spliced[:at] + form + spliced[at + 4 :])
    recording = Recording(parts=(Part(path=path, first=0),), numbers=tuple(range(2 * SECONDS * FPS)))
    with pytest.raises(ClipRefused) as refused:
        make_clip(job_of(recording, START_MS + 3_300, START_MS + 4_560, tmp_path / "clip.mp4"), lambda _: None)
    assert refused.value.rule is CutRule.UNREADABLE_SEGMENT


def test_a_stream_that_goes_on_in_another_codec_is_cut_up_to_there_and_refused_over_it(tmp_path: Path) -> None:
    """A camera was set to HEVC while its stream was recorded: what can't be read there is no gap."""
    parts = [tmp_path / f"{index}.ts" for index in (0, 1)]
    for index, (part, coding) in enumerate(zip(parts, (h264(15), hevc(15)), strict=True)):
        before = index * SECONDS
        film(part, coding, seconds=SECONDS, before=before, container={"output_ts_offset": 10 + before})
    (path,) = joined(parts, tmp_path / "film.ts")
    recording = Recording(parts=(Part(path=path, first=0),), numbers=tuple(range(2 * SECONDS * FPS)))
    cut_exactly(recording, job_of(recording, START_MS + 1_010, START_MS + 3_490, tmp_path / "before.mp4"))
    with pytest.raises(ClipRefused) as refused:
        make_clip(job_of(recording, START_MS + 3_300, START_MS + 6_560, tmp_path / "clip.mp4"), lambda _: None)
    assert refused.value.rule is CutRule.UNREADABLE_SEGMENT


def _spliced(first: bytes, second: bytes, *, described_twice: bool) -> bytes:
    """Return both as one file: the second's pictures by its own description, or after its sets in the first of them."""
    media = [_body(data, b"mdat") for data in (first, second)]
    sizes = [struct.unpack_from(f">{_words(data, b'stsz')[2]}I", _body(data, b"stsz"), 12) for data in (first, second)]
    if not described_twice:
        sets = prefixed(list(_sets(second)))
        media[1], sizes[1] = sets + media[1], (len(sets) + sizes[1][0], *sizes[1][1:])
    entries = [_body(data, b"stsd")[ENTRY_AT:] for data in (first, second)]
    counts, keys = [len(row) for row in sizes], [_words(data, b"stss")[2:] for data in (first, second)]
    starts, which = _body(first, b"ftyp"), 2 if described_twice else 1
    at = len(starts) + 16
    changed = {
        b"elst": _table(0, b""),
        b"stsd": _table(which, b"".join(entries[:which])),
        b"stts": _table(1, struct.pack(">II", sum(counts), _words(first, b"stts")[3])),
        b"stss": _table(sum(map(len, keys)), _packed(*keys[0], *(key + counts[0] for key in keys[1]))),
        b"stsc": _table(2, _packed(1, counts[0], 1, 2, counts[1], which)),
        b"stsz": _table(0, _packed(sum(counts), *sizes[0], *sizes[1])),
        b"stco": _table(2, _packed(at, at + len(media[0]))),
    }
    index = box(b"moov", _body(first, b"moov"))
    for kind, body in changed.items():
        index = with_body(index, kind, body)
    return box(b"ftyp", starts) + box(b"mdat", b"".join(media)) + index


def _body(data: bytes, kind: bytes) -> bytes:
    return next(data[start + 8 : end] for name, start, end in boxes(data) if name == kind)


def _words(data: bytes, kind: bytes) -> tuple[int, ...]:
    return tuple(number for (number,) in struct.iter_unpack(">I", _body(data, kind)))


def _packed(*numbers: int) -> bytes:
    return struct.pack(f">{len(numbers)}I", *numbers)


def _table(count: int, rows: bytes) -> bytes:
    return _packed(0, count) + rows


def _sets(data: bytes) -> tuple[bytes, ...]:
    """Return the parameter sets of the first description, one of each kind."""
    config = _body(data, b"stsd")[ENTRY_AT + CONFIG_AT + 8 :]
    found, at = [], 6
    for _ in range(2):
        size = int.from_bytes(config[at : at + 2])
        found.append(config[at + 2 : at + 2 + size])
        at += 3 + size  # the count of the next kind lies between
    return tuple(found)
