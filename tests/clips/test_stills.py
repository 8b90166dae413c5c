"""The small pictures of a clip show that clip, are few and small, and hold nothing but pictures."""

from __future__ import annotations

import asyncio
import io
import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from av.video.frame import VideoFrame
from PIL import Image

from custom_components.milton_share.clips.job import Limits
from custom_components.milton_share.clips.make import make_clip
from custom_components.milton_share.clips.pictures import stills
from custom_components.milton_share.clips.pictures.frames import FORMAT, HEIGHT_MAX_PX, fit, joined
from custom_components.milton_share.clips.pictures.model import (
    CLIP_MAX_MS,
    STILL_MAX_BYTES,
    TILES_MAX,
    NotPicturesError,
    read_stills,
)
from custom_components.milton_share.clips.pictures.program import answer
from custom_components.milton_share.clips.pictures.stills import (
    POSTER_WIDTH_PX,
    SHEET_COLUMNS,
    SHEET_TILES,
    SHEET_WIDTH_PX,
    TILE_WIDTH_PX,
    stills_of,
)
from custom_components.milton_share.clips.refusal import ClipRefused
from custom_components.milton_share.review.thumbnails import LIMITS, Thumbnails
from tests.clips.jobs import job_of
from tests.clips.recordings import BAR_HEIGHT, BITS, FPS, HEIGHT, START_MS, WIDTH, Recording, record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


FROM_MS, LENGTH_MS = START_MS + 2_000, 9_000
JPEG_COMMENT, JPEG_APPS = b"\xff\xfe", [bytes([0xFF, 0xE0 + number]) for number in range(1, 16)]
CODES = {
    "h264": {"vcodec": "libx264", "preset": "ultrafast", "g": 30},
    "hevc": {
        "vcodec": "libx265",
        "preset": "ultrafast",
        "x265-params": "keyint=30:open-gop=0:log-level=none",
    },
}


@pytest.fixture(scope="module", params=["h264", pytest.param("hevc", marks=pytest.mark.long)])
def clip(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Cut nine seconds."""
    folder = tmp_path_factory.mktemp(request.param)
    recording: Recording = record(folder / "r", seconds=13, video=CODES[request.param])
    return make_clip(job_of(recording, FROM_MS, FROM_MS + LENGTH_MS, folder / "clip.mp4"), lambda _: None).clip.path


def number_in(picture: Image.Image) -> int:
    """Read the number of the frame from the bars in a small picture."""
    gray, row = picture.convert("L"), picture.height * BAR_HEIGHT // HEIGHT // 2
    bits = [gray.getpixel(((2 * bit + 1) * picture.width // (2 * BITS), row)) > 128 for bit in range(BITS)]
    return sum(on << bit for bit, on in enumerate(bits))


def opened(data: bytes) -> Image.Image:
    """Decode one with a decoder that isn't ours."""
    return Image.open(io.BytesIO(data))


def test_the_strip_shows_the_clip_from_its_first_picture_evenly_to_its_end(clip: Path) -> None:
    """Each tile is the picture that the clip has at its time."""
    found = stills_of(clip)
    strip = opened(found.strip)
    assert len(found.at_ms) == TILES_MAX
    assert strip.size == (TILES_MAX * found.tile_width, found.tile_height)
    assert (found.tile_width, found.tile_height) == (TILE_WIDTH_PX, TILE_WIDTH_PX * HEIGHT // WIDTH)
    first = FROM_MS - START_MS
    for index, at_ms in enumerate(found.at_ms):
        tile = strip.crop((index * found.tile_width, 0, (index + 1) * found.tile_width, found.tile_height))
        assert number_in(tile) == round((first + at_ms) * FPS / 1000)
    steps = {after - before for before, after in zip(found.at_ms, found.at_ms[1:], strict=False)}
    assert max(steps) - min(steps) <= 1000 / FPS + 1
    assert found.at_ms[0] == 0
    assert LENGTH_MS - found.at_ms[-1] <= 2 * LENGTH_MS / TILES_MAX


def test_poster_and_sheet_are_of_the_clip_and_small(clip: Path) -> None:
    """The poster is its first picture."""
    found = stills_of(clip)
    poster, sheet = opened(found.poster), opened(found.sheet)
    assert number_in(poster) == round((FROM_MS - START_MS) * FPS / 1000)
    assert poster.width <= POSTER_WIDTH_PX
    assert sheet.width == SHEET_COLUMNS * SHEET_WIDTH_PX
    assert abs(sheet.height - SHEET_TILES // SHEET_COLUMNS * SHEET_WIDTH_PX * HEIGHT / WIDTH) <= SHEET_TILES
    assert max(len(found.poster), len(found.sheet), len(found.strip)) <= STILL_MAX_BYTES


def test_no_picture_has_any_metadata(clip: Path) -> None:
    """No comment, no name of a program, no application's segment but JFIF's own."""
    found = stills_of(clip)
    for picture in (found.poster, found.sheet, found.strip):
        head = picture[: picture.index(b"\xff\xda")]
        assert JPEG_COMMENT not in head
        assert not any(app in head for app in JPEG_APPS)
        assert b"Lavc" not in picture
        assert not opened(picture).getexif()


def test_of_a_long_clip_only_key_pictures_are_decoded(clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An hour has fifty thousand pictures."""
    monkeypatch.setattr(stills, "SHORT_FRAMES", 10)
    found = stills_of(clip)
    assert 4 <= len(found.at_ms) <= 6
    strip = opened(found.strip)
    numbers = [
        number_in(strip.crop((at * found.tile_width, 0, (at + 1) * found.tile_width, found.tile_height)))
        for at in range(len(found.at_ms))
    ]
    assert numbers == [round((FROM_MS - START_MS + at_ms) * FPS / 1000) for at_ms in found.at_ms]


def test_of_a_long_clip_no_more_key_pictures_are_decoded_than_are_shown(
    clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twelve hours have forty thousand of them: two minutes of processor time were not enough for those."""
    decoded: list[int | None] = []
    own = stills._taken  # noqa: SLF001  whatever is decoded comes by here

    def taken(frames: list[VideoFrame], *rest: Any) -> Iterator[tuple[int, VideoFrame]]:  # noqa: ANN401  passed on
        decoded.extend(frame.pts for frame in frames)
        return own(frames, *rest)

    monkeypatch.setattr(stills, "_taken", taken)
    monkeypatch.setattr(stills, "SHORT_FRAMES", 10)
    monkeypatch.setattr(stills, "TILES_MAX", 2)
    assert len(stills_of(clip).at_ms) == len(decoded) == 2


def test_a_tile_is_never_higher_than_a_page_bears() -> None:
    """Of a picture that is a thousand times as high as wide."""
    frame = VideoFrame(4, 4_000, "yuv420p")
    assert fit(frame, TILE_WIDTH_PX).height == HEIGHT_MAX_PX


async def test_they_are_made_by_a_child_once_and_forgotten_with_the_clip(clip: Path) -> None:
    """Kept in memory alone: what is on the disk beside the clip is as before."""
    before = sorted(clip.parent.iterdir())
    book = Thumbnails()
    made = await book.of_clip(clip)
    assert await book.of_clip(clip) is made
    assert sorted(clip.parent.iterdir()) == before
    book.keep_only(clips=(), case_ids=())
    again = await book.of_clip(clip)
    assert again is not made
    assert again == made


async def test_pictures_that_are_there_wait_for_no_other_clips(clip: Path, tmp_path: Path) -> None:
    """A child may take three minutes for a clip of hours, while a page asks for each picture of another by itself."""
    longer = tmp_path / "longer.mp4"
    await asyncio.to_thread(shutil.copyfile, clip, longer)
    book = Thumbnails()
    made = await book.of_clip(clip)
    making = asyncio.create_task(book.of_clip(longer))
    await asyncio.sleep(0)
    assert await book.of_clip(clip) is made
    assert not making.done()
    await making


async def test_pictures_of_a_clip_that_was_wiped_are_refused(clip: Path, tmp_path: Path) -> None:
    """Also where they were made before."""
    copy = tmp_path / "clip.mp4"
    await asyncio.to_thread(shutil.copyfile, clip, copy)
    book = Thumbnails()
    await book.of_clip(copy)
    copy.unlink()
    with pytest.raises(Exception, match="stills_failed"):
        await book.of_clip(copy)


async def test_what_is_no_clip_has_no_pictures(tmp_path: Path) -> None:
    """The child says so; nothing else happens."""
    wrong = tmp_path / "clip.mp4"
    wrong.write_bytes(b"ffconcat version 1.0\nfile /etc/passwd\n")
    with pytest.raises(Exception, match="stills_failed"):
        await Thumbnails().of_clip(wrong)
    with pytest.raises(ClipRefused):
        stills_of(wrong)


def test_pictures_that_are_not_of_one_size_are_put_side_by_side_in_one() -> None:
    """A clip from elsewhere may change its size in the middle."""
    tiles = [VideoFrame(160, height, FORMAT) for height in (90, 60, 120)]
    assert (joined(tiles, 2).width, joined(tiles, 2).height) == (320, 180)


@pytest.mark.parametrize("job", [b"", b"[]", b'{"clip": "/x"}', b'{"clip": 1, "limits": {}}'])
def test_a_job_that_is_none_is_refused(job: bytes) -> None:
    """Before anything is opened."""
    assert answer(job) == {"refused": "bad_job"}


def good_line() -> dict[str, object]:
    """Make what a child says."""
    picture = "/9j/4AAQ"
    return {
        "poster": picture,
        "sheet": picture,
        "strip": picture,
        "tile_width": 160,
        "tile_height": 90,
        "at_ms": [0, 5],
    }


@pytest.mark.parametrize(
    "bend",
    [
        lambda said: said.pop("strip"),
        lambda said: said.update(poster="PHN2Zz4="),  # <svg>
        lambda said: said.update(poster="!"),
        lambda said: said.update(poster=7),
        lambda said: said.update(sheet="A" * (2 * STILL_MAX_BYTES)),
        lambda said: said.update(at_ms=[]),
        lambda said: said.update(at_ms=[5, 0]),
        lambda said: said.update(at_ms=[0] * 61),
        lambda said: said.update(at_ms=[CLIP_MAX_MS + 1]),
        lambda said: said.update(tile_width=True),
        lambda said: said.update(tile_height=10**9),
    ],
)
def test_a_child_that_says_anything_else_is_not_believed(bend: Callable[[dict[str, object]], object]) -> None:
    """It decoded pictures that a camera sent."""
    said = good_line()
    assert read_stills(json.dumps({"stills": said}).encode()).at_ms == (0, 5)
    bend(said)
    with pytest.raises(NotPicturesError):
        read_stills(json.dumps({"stills": said}).encode())
    for line in (b"", b"[", b"[]", b'{"refused": "undecodable"}'):
        with pytest.raises(NotPicturesError):
            read_stills(line)


def test_the_limits_are_fields_of_the_cutters() -> None:
    """The child reads them by name."""
    assert Limits(**LIMITS).open_files == LIMITS["open_files"]
