"""Which boxes a finished clip may have, byte by byte: no date, no name, no box of its own, no byte without a sample."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pytest

from custom_components.milton_share.clips.mp4.boxes import (
    EMPTY_TAGS,
    OWN_FILE,
    PARENTS,
    WITHIN,
    check_boxes,
    check_nesting,
)
from custom_components.milton_share.clips.mp4.reader import INDEX_MAX_BYTES
from custom_components.milton_share.clips.refusal import ClipRefused, CutRule
from tests.clips.hostile import box

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

DATED = [b"mvhd", b"tkhd", b"mdhd"]


def refusal_of(path: Path, data: bytes, check: Callable[[Path], None] = check_boxes) -> CutRule | None:
    """Return by which rule a file of these bytes is refused, None where it passes."""
    path.write_bytes(data)
    try:
        check(path)
    except ClipRefused as refused:
        return refused.rule
    return None


@pytest.mark.parametrize("kind", DATED)
@pytest.mark.parametrize(("version", "width"), [(0, 4), (1, 8)])
def test_any_bit_of_when_a_clip_was_made_or_changed_is_found(
    kind: bytes, version: int, width: int, tmp_path: Path
) -> None:
    """Two times, short or long; what follows them is none."""
    head = bytes([version, 0, 0, 0])
    for at in range(2 * width + 1):
        body = head + bytes(at) + b"\1" + bytes(2 * width - at)
        expected = CutRule.METADATA if at < 2 * width else None
        assert refusal_of(tmp_path / "clip.mp4", box(b"moov", box(kind, body))) is expected


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        (b"VideoHandler\0", None),
        (b"SoundHandler\0", None),
        (b"Front door\0", CutRule.METADATA),
        (b"", CutRule.METADATA),
    ],
)
def test_a_track_has_no_name_but_what_it_is(name: bytes, rule: CutRule | None, tmp_path: Path) -> None:
    """It follows version, type and three words that are reserved."""
    assert refusal_of(tmp_path / "clip.mp4", box(b"hdlr", bytes(24) + name)) is rule


@pytest.mark.parametrize(
    ("body", "rule"),
    [(EMPTY_TAGS, None), (EMPTY_TAGS + b"\0", CutRule.METADATA), (EMPTY_TAGS[:-1] + b"x", CutRule.METADATA)],
    ids=["empty", "longer", "other"],
)
def test_a_list_of_tags_is_empty(body: bytes, rule: CutRule | None, tmp_path: Path) -> None:
    """To the byte; it is looked at wherever it lies."""
    assert refusal_of(tmp_path / "clip.mp4", box(b"moov", box(b"udta", body))) is rule
    assert refusal_of(tmp_path / "clip.mp4", box(b"moov", box(b"uuid", body))) is CutRule.METADATA


@pytest.mark.parametrize("kind", [b"uuid", b"edts", b"meta", b"skip", b"moof", b"gps "])
def test_a_box_that_playing_does_not_need_is_found_at_any_depth(kind: bytes, tmp_path: Path) -> None:
    """Also an empty one."""
    assert refusal_of(tmp_path / "clip.mp4", box(kind)) is CutRule.METADATA
    assert refusal_of(tmp_path / "clip.mp4", box(b"moov", box(b"trak", box(kind)))) is CutRule.METADATA


@pytest.mark.parametrize("kind", [b"ftyp", b"vmhd", b"smhd", b"sgpd"])
def test_a_box_that_players_need_passes(kind: bytes, tmp_path: Path) -> None:
    """It is as long as its numbers are."""
    assert refusal_of(tmp_path / "clip.mp4", box(kind, bytes(8))) is None
    assert refusal_of(tmp_path / "clip.mp4", box(kind, bytes(41))) is CutRule.HIDDEN_DATA


@pytest.mark.parametrize("place", WITHIN)
def test_a_box_lies_where_players_look_for_it(place: bytes, tmp_path: Path) -> None:
    """Elsewhere nobody reads what it says: a table of samples beside the tables had room for a word in each of them."""
    path: list[bytes] = []
    while place:
        path.insert(0, place)
        place = next(one for one, kinds in WITHIN.items() if place in kinds)
    inner = path[-1] if path else b""
    for kind in sorted({b"free"}.union(*WITHIN.values())):
        data = box(kind)
        for outer in reversed(path):
            data = box(outer, data)
        rule = None if kind in WITHIN[inner] or kind == b"free" else CutRule.METADATA
        assert refusal_of(tmp_path / "clip.mp4", data, check_nesting) is rule


def test_media_lies_in_the_clip_itself(tmp_path: Path) -> None:
    """Not in a file that it names."""
    named = OWN_FILE[:11] + b"\x1eurl \0\0\0\0file:///etc/hostname\0"
    assert refusal_of(tmp_path / "clip.mp4", box(b"dref", OWN_FILE)) is None
    assert refusal_of(tmp_path / "clip.mp4", box(b"dref", named)) is CutRule.METADATA


def track(sizes: bytes, places: tuple[int, ...], *more: bytes, each: int = 1, wide: bool = False) -> bytes:
    """Return a track's tables by its `stsz`, with chunks of ``each`` samples at these places of the file."""
    return track_in(sizes, places, ((1, each),) if places else (), *more, wide=wide)


def track_in(
    sizes: bytes, places: tuple[int, ...], runs: tuple[tuple[int, int], ...], *more: bytes, wide: bool = False
) -> bytes:
    """Return a track's tables; ``runs`` say from which chunk on there are how many samples in each."""
    form, kind = ("Q", b"co64") if wide else ("I", b"stco")
    chunks = struct.pack(">II", 0, len(runs)) + b"".join(struct.pack(">III", first, each, 1) for first, each in runs)
    at = box(kind, struct.pack(f">II{len(places)}{form}", 0, len(places), *places))
    return box(b"trak", box(b"stbl", box(b"stsz", sizes) + box(b"stsc", chunks) + at + b"".join(more)))


def listed(*sizes: int) -> bytes:
    """Return a `stsz` of these sizes."""
    return struct.pack(f">III{len(sizes)}I", 0, 0, len(sizes), *sizes)


@pytest.mark.parametrize("wide", [False, True])
@pytest.mark.parametrize(
    ("places", "rule"),
    [
        ((8, 13, 16), None),
        ((8, 13, 15), CutRule.HIDDEN_DATA),
        ((8, 8, 16), CutRule.HIDDEN_DATA),
        ((8, 13, 17), CutRule.HIDDEN_DATA),
        ((7, 13, 16), CutRule.HIDDEN_DATA),
        ((16, 8, 13), CutRule.HIDDEN_DATA),
        ((8, 13), CutRule.HIDDEN_DATA),
        ((8, 13, 16, 20), CutRule.HIDDEN_DATA),
        ((), CutRule.HIDDEN_DATA),
    ],
    ids=str,
)
def test_no_byte_of_the_media_is_in_no_sample_or_in_two(
    places: tuple[int, ...], rule: CutRule | None, tmp_path: Path, *, wide: bool
) -> None:
    """As many bytes as all samples have say nothing: two may lie on each other, and what is left over is hidden."""
    data = box(b"mdat", bytes(12)) + track(listed(5, 3, 4), places, wide=wide)
    assert refusal_of(tmp_path / "clip.mp4", data) is rule


@pytest.mark.parametrize("firsts", [(0,), (2,), (1, 1), (2, 1), (1, 3, 2), (1, 4)], ids=str)
def test_chunks_are_told_in_order(firsts: tuple[int, ...], tmp_path: Path) -> None:
    """The first one first, or a few rows would have all of them gone through again and again."""
    for told, rule in (((1,), None), ((1, 2), None), (firsts, CutRule.HIDDEN_DATA)):
        runs = tuple((first, 1) for first in told)
        data = box(b"mdat", bytes(12)) + track_in(listed(5, 3, 4), (8, 13, 16), runs)
        assert refusal_of(tmp_path / "clip.mp4", data) is rule


@pytest.mark.parametrize("wide", [False, True])
def test_chunks_have_one_place_each(tmp_path: Path, *, wide: bool) -> None:
    """In 32 bits or in 64: players go by one of the two."""
    short, long = box(b"stco", struct.pack(">III", 0, 1, 8)), box(b"co64", struct.pack(">IIQ", 0, 1, 8))
    for more, rule in ((b"", None), (short if wide else long, CutRule.HIDDEN_DATA)):
        data = box(b"mdat", bytes(5)) + track(listed(5), (8,), more, wide=wide)
        assert refusal_of(tmp_path / "clip.mp4", data) is rule


def test_chunks_before_the_first_one_are_found(tmp_path: Path) -> None:
    """No sample is in them, so their places would be numbers that nobody reads."""
    data = box(b"mdat", bytes(12)) + track_in(listed(2, 3, 3, 4), (7, 8, 13), ((2, 2),))
    assert refusal_of(tmp_path / "clip.mp4", data) is CutRule.HIDDEN_DATA


@pytest.mark.parametrize("kind", [b"ftyp", b"moov", b"mdia", b"stbl", b"stsd", b"sgpd"])
def test_a_box_that_is_there_twice_is_found(kind: bytes, tmp_path: Path) -> None:
    """Players go by one of the two, and nobody would look at the other; there are two tracks, and no two of theirs."""
    body = bytes(8)
    for outer in ("the file", "a track"):
        once, twice = (box(kind, body if kind not in PARENTS else b"") * count for count in (1, 2))
        data = [part if outer == "the file" else box(b"trak", part) for part in (once, twice)]
        assert refusal_of(tmp_path / "clip.mp4", data[0]) is None
        assert refusal_of(tmp_path / "clip.mp4", data[1]) is CutRule.HIDDEN_DATA
    assert refusal_of(tmp_path / "clip.mp4", box(b"moov", 2 * box(b"trak", box(b"mdia")))) is None


@pytest.mark.parametrize("again", [b"stsz", b"stsc", b"stco"])
def test_a_table_that_is_there_twice_is_found(again: bytes, tmp_path: Path) -> None:
    """Also one that says the same: its other bytes could say anything."""
    data = box(b"mdat", bytes(5)) + track(listed(2, 3), (8, 10))
    at = data.index(again) - 4
    table = data[at : at + int.from_bytes(data[at : at + 4])]
    assert refusal_of(tmp_path / "clip.mp4", data) is None
    twice = box(b"mdat", bytes(5)) + track(listed(2, 3), (8, 10), table)
    assert refusal_of(tmp_path / "clip.mp4", twice) is CutRule.HIDDEN_DATA


def test_samples_of_a_track_without_places_are_found(tmp_path: Path) -> None:
    """No player looks at them, and so many bytes of the media would be looked at by nobody."""
    data = box(b"mdat", bytes(12)) + track(listed(5), (8,)) + track(listed(7), ())
    assert refusal_of(tmp_path / "clip.mp4", data) is CutRule.HIDDEN_DATA


@pytest.mark.parametrize("kind", [b"stts", b"ctts", b"stss", b"stsc", b"stco", b"co64", b"sbgp"])
def test_a_table_has_no_more_than_it_says_and_than_its_track_has(kind: bytes, tmp_path: Path) -> None:
    """Neither behind its rows nor in rows of samples that are not there."""
    row = {b"stss": 4, b"stco": 4, b"stsc": 12}.get(kind, 8)
    head = bytes(8) if kind == b"sbgp" else bytes(4)
    for body, rule in (
        (head + bytes(4), None),
        (head + bytes(3), CutRule.HIDDEN_DATA),
        (head + bytes(5), CutRule.HIDDEN_DATA),
        (head + struct.pack(">I", 1) + bytes(row - 1), CutRule.HIDDEN_DATA),
        (head + struct.pack(">I", 3) + bytes(3 * row), CutRule.HIDDEN_DATA),
    ):
        data = box(b"mdat", bytes(5)) + track(listed(2, 3), (8, 10))
        extra = box(b"stbl", box(kind, body))
        assert refusal_of(tmp_path / "clip.mp4", data + extra) is rule
        assert refusal_of(tmp_path / "clip.mp4", box(kind, body)) is CutRule.HIDDEN_DATA


def test_free_space_is_empty(tmp_path: Path) -> None:
    """Not a byte in it."""
    assert refusal_of(tmp_path / "clip.mp4", box(b"free")) is None
    assert refusal_of(tmp_path / "clip.mp4", box(b"free", b"\0")) is CutRule.HIDDEN_DATA


def test_boxes_lie_in_boxes_only_so_deep(tmp_path: Path) -> None:
    """A sample table is the fifth."""
    data = b""
    for depth in range(1, 10):
        expected = None if depth <= 8 else CutRule.HIDDEN_DATA
        assert refusal_of(tmp_path / "clip.mp4", data) is expected
        data = box(b"moov", data)


@pytest.mark.parametrize(("each", "sizes"), [(4, b""), (0, struct.pack(">III", 5, 3, 4))], ids=["alike", "listed"])
@pytest.mark.parametrize(("media", "rule"), [(23, CutRule.HIDDEN_DATA), (24, None), (25, CutRule.HIDDEN_DATA)])
def test_all_of_the_media_is_in_samples_of_the_tracks(
    each: int, sizes: bytes, media: int, rule: CutRule | None, tmp_path: Path
) -> None:
    """Of both tracks together, in all boxes of media together."""
    table = struct.pack(">III", 0, each, 3) + sizes
    data = (
        box(b"mdat", bytes(12))
        + box(b"mdat", bytes(media - 12))
        + b"".join(track(table, (at,), each=3) for at in (8, 28))
    )
    assert refusal_of(tmp_path / "clip.mp4", data) is rule


@pytest.mark.parametrize(("each", "count"), [(2**24, 1), (1, 2**24)], ids=["large", "many"])
def test_large_samples_and_many_are_counted_whole(each: int, count: int, tmp_path: Path) -> None:
    """Of uncompressed sound each sample is one; the media is a hole in the file, for nobody reads it."""
    path = tmp_path / "clip.mp4"
    table = bytes(4) + struct.pack(">II", each, count)
    tables = track(table, (len(track(table, (0,))) + 8,), each=count)
    for size, rule in ((2**24, None), (2**24 + 1, CutRule.HIDDEN_DATA)):
        path.write_bytes(tables + struct.pack(">I4s", 8 + size, b"mdat"))
        with path.open("ab") as file:
            file.truncate(len(tables) + 8 + size)
        if rule is None:
            check_boxes(path)
        else:
            with pytest.raises(ClipRefused, match=rule):
                check_boxes(path)


@pytest.mark.parametrize("sizes", [bytes(8), bytes(16)], ids=["fewer", "more"])
def test_a_table_of_another_length_than_it_says_is_found(sizes: bytes, tmp_path: Path) -> None:
    """What it does not count would be looked at by nobody."""
    assert refusal_of(tmp_path / "clip.mp4", box(b"stsz", struct.pack(">III", 0, 0, 3) + sizes)) is CutRule.HIDDEN_DATA


def test_an_index_that_nobody_could_look_through_is_refused_unread(tmp_path: Path) -> None:
    """A byte more than twelve hours need; the file has a hole in its place."""
    path = tmp_path / "clip.mp4"
    with path.open("wb") as file:
        file.write(struct.pack(">I4s", INDEX_MAX_BYTES + 9, b"hdlr"))
        file.truncate(INDEX_MAX_BYTES + 9)
    with pytest.raises(ClipRefused, match="too large"):
        check_boxes(path)


@pytest.mark.parametrize("size", [1, 7, 9], ids=str)
def test_a_last_box_ends_where_the_file_does(size: int, tmp_path: Path) -> None:
    """Neither within its own head nor after the end."""
    data = box(b"free")
    assert refusal_of(tmp_path / "clip.mp4", data + struct.pack(">I4s", size, b"free")) is CutRule.HIDDEN_DATA
    assert refusal_of(tmp_path / "clip.mp4", data + struct.pack(">I4s", 8, b"free")) is None
