"""What is masked can't be seen in any pixel of any frame, and nothing else is touched."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

import av
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custom_components.milton_share.clips.make import make_clip
from custom_components.milton_share.clips.write.encoder import Shape
from custom_components.milton_share.clips.write.masks import (
    CELL_HEIGHT,
    CELL_WIDTH,
    RESCALED_PX,
    Masker,
    cells_of,
    corners_at,
)
from tests.clips.decoding import STORED, complaining, pictures, plane_of
from tests.clips.jobs import cut_exactly, job_of
from tests.clips.masks import AT_MS, box, moving, polygon, rectangle
from tests.clips.recordings import FPS, HEIGHT, START_MS, WIDTH, Recording

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from custom_components.milton_share.clips.job import Mask

LIGHTEST = 40  # 16 is black; the encoder may ripple
RIPPLE = 4  # pixels from the edge inwards, into which an encoder smooths what lies outside
COLOR_OFF = 16  # from 128, likewise
NOISE = 4  # what encoding once more may change, on average
BLOCK = 16  # an encoder's block: what is black beside a pixel may ring so far
FULL = ((0, 0), (10_000, 0), (10_000, 10_000), (0, 10_000))

type Frame = tuple[bytes, bytes, bytes]


def frames_of(path: Path) -> list[Frame]:
    """Return the planes of all frames in the file, edit lists ignored; none has been damaged."""
    with complaining():
        shown = [
            [plane_of(picture, index).tobytes() for index in range(3)] for picture in pictures(path, options=STORED)
        ]
    return [(light, blue, red) for light, blue, red in shown]


def inside(corners: tuple[tuple[float, float], ...], y: float) -> tuple[float, float]:
    """Return from where to where a convex polygon (in pixels) has the line `y`."""
    found = []
    for (x0, y0), (x1, y1) in zip(corners, [*corners[1:], corners[0]], strict=True):
        if min(y0, y1) <= y <= max(y0, y1):
            found += [x0, x1] if y0 == y1 else [x0 + (x1 - x0) * (y - y0) / (y1 - y0)]
    return (min(found), max(found)) if found else (1.0, 0.0)


def in_pixels(corners: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
    """Return corners in pixels of the tests' recordings."""
    return tuple((x * WIDTH / 10_000, y * HEIGHT / 10_000) for x, y in corners)


def is_black(frame: Frame, corners: tuple[tuple[float, float], ...]) -> None:
    """Look at each pixel, and each color sample, of a convex polygon, but where what lies around it ripples in."""
    points = in_pixels(corners)
    looked = 0
    for y in range(HEIGHT):
        lines = [inside(points, y + part / 2) for part in range(-2 * RIPPLE, 2 * RIPPLE + 3)]
        first = max(math.floor(left) for left, _ in lines) + RIPPLE
        after = min(math.ceil(right) for _, right in lines) - RIPPLE
        if after <= first:
            continue
        looked += 1
        assert max(frame[0][y * WIDTH + first : y * WIDTH + after]) <= LIGHTEST, y
        for plane in frame[1:]:
            at = y // 2 * WIDTH // 2
            samples = plane[at + first // 2 : at + (after + 1) // 2]
            assert max(abs(sample - 128) for sample in samples) <= COLOR_OFF, y
    assert looked > HEIGHT // 16


def is_as_it_was(frame: Frame, source: Frame, corners: tuple[tuple[float, float], ...]) -> None:
    """Compare what lies a block away from the polygon with the source: only encoding may change it."""
    points = in_pixels(corners)
    low, high = min(y for _, y in points) - BLOCK, max(y for _, y in points) + BLOCK
    left, right = round(min(x for x, _ in points) - BLOCK), round(max(x for x, _ in points) + BLOCK)
    difference = count = 0
    for y in range(HEIGHT):
        spans = [(0, max(0, left)), (min(WIDTH, right), WIDTH)] if low <= y <= high else [(0, WIDTH)]
        for first, after in spans:
            new, old = (each[0][y * WIDTH + first : y * WIDTH + after] for each in (frame, source))
            difference += sum(abs(a - b) for a, b in zip(new, old, strict=True))
            count += after - first
    assert difference / count <= NOISE


def check_every_frame(recording: Recording, tmp_path: Path, mask: Mask) -> None:
    """Cut two seconds from the middle of a group under the mask; look at every pixel of every frame."""
    job = job_of(recording, START_MS + 2_500, START_MS + 4_500, tmp_path / "clip.mp4", masks=(mask,))
    result = cut_exactly(recording, job)
    assert [frames.kind for frames in result.frames] == ["encoded"]
    numbers = recording.between(job.from_ms, job.until_ms)
    source = frames_of(recording.parts[0].path)
    frames = frames_of(job.out)
    assert len(frames) == len(numbers)
    for number, frame in zip(numbers, frames, strict=True):
        corners = corners_at(mask, START_MS + number * 1000 / FPS)
        is_black(frame, corners)
        is_as_it_was(frame, source[number], corners)


def test_a_mask_that_moves_hides_its_way_at_every_frame(recorded: dict[str, Recording], tmp_path: Path) -> None:
    """Up and to the right, then back and wider; what it has left is seen again, as the camera saw it."""
    mask = moving(
        (2_000, box(500, 6_000, 2_000, 3_000)),
        (3_600, box(7_700, 4_010, 2_000, 3_000)),
        (4_300, box(3_333, 4_444, 4_001, 4_999)),
    )
    check_every_frame(recorded["gop 60"], tmp_path, mask)


def test_a_polygon_that_turns_is_black_to_its_corners(recorded: dict[str, Recording], tmp_path: Path) -> None:
    """A kite on a camera with B-frames, whose decoder leans on the very pictures that are painted."""
    mask = moving(
        (2_600, ((5_000, 3_800), (6_200, 6_500), (5_000, 9_900), (3_800, 6_500))),
        (4_400, ((7_900, 6_500), (5_000, 8_200), (2_100, 6_500), (5_000, 4_800))),
    )
    check_every_frame(recorded["b-frames"], tmp_path, mask)


def test_a_mask_moves_by_the_time_that_the_clip_has_also_where_a_file_s_frames_were_moved(
    recorded: dict[str, Recording], tmp_path: Path
) -> None:
    """A second file is said to begin two seconds early, and to be so unsure: the owner sees it after the first."""
    recording = recorded["gop 60"]
    job = job_of(recording, START_MS + 6_000, START_MS + 9_000, tmp_path / "clip.mp4", audio=False)
    first, second = job.segments[:2]
    early = replace(second, from_ms=second.from_ms - 2_000, until_ms=second.until_ms - 2_000)
    segments = tuple(replace(segment, uncertainty_ms=2_000.0) for segment in (first, early))
    left, right = box(0, 4_000, 4_000, 6_000), box(6_000, 4_000, 4_000, 6_000)
    mask = moving((9_000, left), (9_001, right))
    result = make_clip(replace(job, segments=segments, masks=(mask,)), lambda _: None)
    (part,) = result.ranges
    assert part.first_frame_ms is not None
    with av.open(str(job.out)) as clip:
        base = clip.streams.video[0].time_base or Fraction(1)
        stamps = sorted(packet.pts for packet in clip.demux(video=0) if packet.pts is not None)
    times_ms = [part.first_frame_ms + (stamp - stamps[0]) * base * 1_000 for stamp in stamps]
    assert times_ms[-1] > START_MS + 10_000
    for time_ms, frame in zip(times_ms, frames_of(job.out), strict=True):
        is_black(frame, corners_at(mask, float(time_ms)))


def test_corners_move_in_a_straight_line_and_stay_before_and_after() -> None:
    """Half way in time is half way in the picture."""
    mask = moving((0, box(0, 0, 1_000, 1_000)), (1_000, box(2_000, 500, 1_000, 1_000)))
    assert corners_at(mask, AT_MS - 5) == box(0, 0, 1_000, 1_000)
    assert corners_at(mask, AT_MS + 500) == box(1_000, 250, 1_000, 1_000)
    assert corners_at(mask, AT_MS + 1_000) == box(2_000, 500, 1_000, 1_000)
    assert corners_at(mask, AT_MS + 9_000) == box(2_000, 500, 1_000, 1_000)


def winding(points: list[tuple[float, float]], x: float, y: float) -> int:
    """Return how often a polygon winds around a point, by the angles that its corners are seen at."""
    angle = 0.0
    for (x0, y0), (x1, y1) in zip(points, [*points[1:], points[0]], strict=True):
        a, b = math.atan2(y0 - y, x0 - x), math.atan2(y1 - y, x1 - x)
        angle += (b - a + math.pi) % (2 * math.pi) - math.pi
    return round(angle / (2 * math.pi))


def touched(points: list[tuple[float, float]], column: int, row: int) -> bool:
    """Whether a cell, or what lies a tenth of a pixel around it, has a part of the polygon."""
    left, top = column * CELL_WIDTH - 0.1, row * CELL_HEIGHT - 0.1
    right, bottom = left + CELL_WIDTH + 0.2, top + CELL_HEIGHT + 0.2
    for (x0, y0), (x1, y1) in zip(points, [*points[1:], points[0]], strict=True):
        steps = 1 + round(20 * max(abs(x1 - x0), abs(y1 - y0)))
        line = ((x0 + (x1 - x0) * step / steps, y0 + (y1 - y0) * step / steps) for step in range(steps + 1))
        if any(left <= x <= right and top <= y <= bottom for x, y in line):
            return True
    return winding(points, (left + right) / 2, (top + bottom) / 2) != 0


@settings(deadline=None, max_examples=30)
@given(
    corners=st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 10_000)), min_size=3, max_size=6),
    seed=st.integers(0, 255),
)
def test_two_pictures_that_differ_under_a_mask_only_are_the_same_after_it(
    corners: list[tuple[int, int]], seed: int
) -> None:
    """Not a bit of what is hidden is left, in brightness or color."""
    points = [(x * 48 / 10_000, y * 32 / 10_000) for x, y in corners]
    seen = [
        _patterned(lambda x, y: seed if winding(points, x + 0.5, y + 0.5) else 7 * x + y),
        _patterned(lambda x, y: 255 - seed if winding(points, x + 0.5, y + 0.5) else 7 * x + y),
    ]
    masker = Masker((polygon(*corners),), replace(shape_of("yuv420p", 1), width=48, height=32))
    first, second = (_visible(masker.paint(each, AT_MS)) for each in seen)
    assert first == second


def _visible(frame: av.VideoFrame) -> list[bytes]:
    """Return what the planes hold, without what fills their lines up."""
    return [
        bytes(plane)[y * plane.line_size : y * plane.line_size + plane.width]
        for plane in frame.planes
        for y in range(plane.height)
    ]


def _patterned(value: Callable[[int, int], int]) -> av.VideoFrame:
    frame = av.VideoFrame(48, 32, "yuv420p")
    for index, plane in enumerate(frame.planes):
        step = 2 if index else 1
        for y in range(plane.height):
            row = bytes(value(x * step, y * step) & 255 for x in range(plane.width))
            memoryview(plane)[y * plane.line_size : y * plane.line_size + plane.width] = row
    return frame


@settings(deadline=None, max_examples=60)
@given(
    corners=st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 10_000)), min_size=3, max_size=8),
    size=st.tuples(st.integers(4, 40), st.integers(4, 40)),
)
def test_the_cells_are_those_that_a_polygon_touches(corners: list[tuple[int, int]], size: tuple[int, int]) -> None:
    """Of any polygon, also one that crosses itself or is a line, and of a picture of any size."""
    width, height = size
    points = [(x * width / 10_000, y * height / 10_000) for x, y in corners]
    painted = {
        (column, row) for row, first, after in cells_of(corners, width, height, 0) for column in range(first, after)
    }
    columns, rows = math.ceil(width / CELL_WIDTH), math.ceil(height / CELL_HEIGHT)
    for column in range(columns):
        for row in range(rows):
            x, y = (column + 0.5) * CELL_WIDTH, (row + 0.5) * CELL_HEIGHT
            if (column, row) in painted:
                assert touched(points, column, row)
            else:
                assert winding(points, x, y) == 0
    for (x0, y0), (x1, y1) in zip(points, [*points[1:], points[0]], strict=True):
        for step in range(101):
            x, y = max(0, x0 + (x1 - x0) * step / 100), max(0, y0 + (y1 - y0) * step / 100)
            if x < width and y < height:
                assert (int(x // CELL_WIDTH), int(y // CELL_HEIGHT)) in painted


def shape_of(pixel_format: str, color_range: int) -> Shape:
    """Return the form of a small picture of an odd size."""
    return Shape(
        codec="h264",
        width=33,
        height=17,
        pixel_format=pixel_format,
        colors=(color_range, 2, 2, 2),
        rate=Fraction(15),
        set_id=0,
    )


@pytest.mark.parametrize(
    ("pixel_format", "color_range", "black"), [("yuv420p", 1, 16), ("yuv420p", 2, 0), ("yuvj420p", 0, 0)]
)
def test_all_of_a_picture_can_be_black(pixel_format: str, color_range: int, black: int) -> None:
    """Whatever black is called, and whether or not its sides are even."""
    frame = av.VideoFrame(33, 17, pixel_format)
    for plane in frame.planes:
        plane.update(b"\xee" * plane.buffer_size)
    painted = Masker((polygon(*FULL),), shape_of(pixel_format, color_range)).paint(frame, AT_MS)
    assert {byte for line in _visible(painted)[:17] for byte in line} == {black}
    assert {byte for line in _visible(painted)[17:] for byte in line} == {128}


def test_a_picture_that_was_scaled_is_masked_as_far_as_the_scaling_reached() -> None:
    """Bringing a picture to another size carries pixels some way; enlarged twice, twice as far."""
    corners = box(4_000, 4_000, 2_000, 2_000)
    width = {(after - first) * CELL_WIDTH for _, first, after in cells_of(corners, 1_000, 1_000, 0)}
    wider = {(after - first) * CELL_WIDTH for _, first, after in cells_of(corners, 1_000, 1_000, RESCALED_PX * 2)}
    assert width == {204}
    assert wider == {204 + 4 * RESCALED_PX}


def test_one_masker_paints_each_picture_by_its_own_time_and_scaling() -> None:
    """A file may change its size in the middle, and a mask moves: what was reckoned before is not painted again."""
    mask = moving((0, box(4_000, 4_000, 2_000, 2_000)), (1_000, box(0, 0, 2_000, 2_000)))
    masker = Masker((mask, polygon(*FULL[:2], (9_000, 1))), replace(shape_of("yuv420p", 1), width=96, height=64))
    rows: list[bytes] = []
    for after_ms, rescaled in ((0, 0), (0, 0.5), (0, 1), (0, 2), (0, 0), (1_000, 0), (1_000, 0.25), (0, 0)):
        frame = av.VideoFrame(96, 64, "yuv420p")
        for plane in frame.planes:
            plane.update(b"\xee" * plane.buffer_size)
        rows.append(_visible(masker.paint(frame, AT_MS + after_ms, rescaled=rescaled))[32 if not after_ms else 12])
    still, half, same, twice, again, moved, moved_half, back = rows
    assert (still.find(16), still.count(16)) == (38, 20)
    assert half == same
    assert (same.find(16), same.count(16)) == (30, 36)
    assert (twice.find(16), twice.count(16)) == (22, 52)
    assert again == back == still
    assert (moved.find(16), moved.count(16)) == (0, 20)
    assert (moved_half.find(16), moved_half.count(16)) == (0, 28)


def test_no_more_than_the_cells_is_painted_in_brightness_and_in_color() -> None:
    """Lines 24 to 39 of 64, and half as many of each color; what lies around them is as it was."""
    frame = av.VideoFrame(96, 64, "yuv420p")
    for plane in frame.planes:
        plane.update(b"\xee" * plane.buffer_size)
    masker = Masker((polygon(*box(4_000, 4_000, 2_000, 2_000)),), replace(shape_of("yuv420p", 1), width=96, height=64))
    lines = _visible(masker.paint(frame, AT_MS))
    light, color = (b"\xee" * 38 + b"\x10" * 20 + b"\xee" * 38), (b"\xee" * 19 + b"\x80" * 10 + b"\xee" * 19)
    assert lines[:64] == [b"\xee" * 96] * 24 + [light] * 16 + [b"\xee" * 96] * 24
    assert lines[64:] == 2 * ([b"\xee" * 48] * 12 + [color] * 8 + [b"\xee" * 48] * 12)


@pytest.mark.parametrize(("margin_px", "first", "last"), [(0, 99, 150), (2 * RESCALED_PX, 95, 154)])
def test_a_mask_reaches_as_far_upwards_and_downwards_as_to_its_sides(margin_px: float, first: int, last: int) -> None:
    """A hundredth of a pixel at least, on all four."""
    cells = cells_of(box(4_000, 4_000, 2_000, 2_000), 1_000, 1_000, margin_px)
    assert [row for row, _, _ in cells] == list(range(first, last + 1))
    assert {(before, after) for _, before, after in cells} == {(2 * first + 1, 2 * last + 1)}


def test_an_edge_on_a_cell_s_edge_and_one_within_a_cell_grow_to_whole_cells() -> None:
    """Outwards, to what shares a color sample; an interlaced picture has one for every second line."""
    assert cells_of(rectangle(0, 0, 10_000, 10_000).keys[0].corners, 8, 8, 0) == ((0, 0, 4), (1, 0, 4))
    rows = cells_of(box(101, 101, 99, 99), 1_920, 1_080, 0)
    assert {(row * CELL_HEIGHT, first * CELL_WIDTH, after * CELL_WIDTH) for row, first, after in rows} == {
        (8, 18, 40),
        (12, 18, 40),
        (16, 18, 40),
        (20, 18, 40),
    }
