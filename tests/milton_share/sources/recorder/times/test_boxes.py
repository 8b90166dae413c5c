"""A segment's boxes, where they say more than they hold."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO

import pytest

from custom_components.milton_share.sources.recorder.errors import RecorderError
from custom_components.milton_share.sources.recorder.run import Closed, parse_closed
from custom_components.milton_share.sources.recorder.times.boxes import (
    NTP_EPOCH_S,
    REPORTED,
    SAMPLES_MAX,
    read_contents,
)


def box(kind: bytes, *bodies: bytes) -> bytes:
    """Return one box."""
    body = b"".join(bodies)
    return (len(body) + 8).to_bytes(4) + kind + body


MOOV = box(
    b"moov",
    box(
        b"trak",
        box(b"tkhd", bytes(12) + (1).to_bytes(4) + bytes(68)),
        box(b"mdia", box(b"mdhd", bytes(12) + (1_000).to_bytes(4) + bytes(8)), box(b"hdlr", bytes(8) + b"vide")),
    ),
)


def fragment(*counts: int) -> bytes:
    """Return a fragment of runs that say how many pictures they have, and nothing of any."""
    runs = (box(b"trun", bytes(4) + count.to_bytes(4)) for count in counts)
    return box(b"moof", box(b"traf", box(b"tfhd", bytes(4) + (1).to_bytes(4)), *runs))


def test_a_fragment_is_read() -> None:
    """So that the refusals below are for what they say."""
    data = MOOV + fragment(3) + box(b"mdat", b"x")
    assert read_contents(BytesIO(data), len(data)).whole_bytes == len(data)


def number(track: int) -> bytes:
    """Return what a full box that names its track begins with."""
    return bytes(4) + track.to_bytes(4)


SOUND = {
    b"tkhd": bytes(12) + (2).to_bytes(4) + bytes(68),
    b"mdhd": bytes(12) + (8_000).to_bytes(4) + bytes(8),
    b"hdlr": bytes(8) + b"soun" + bytes(12),
    b"trex": number(2) + bytes(16),
    b"tfhd": (0x18).to_bytes(4) + (2).to_bytes(4) + (160).to_bytes(4) * 2,
    b"tfdt": bytes(8),
    b"trun": (0x300).to_bytes(4) + (1).to_bytes(4) + (160).to_bytes(4) * 2,
}
PICTURES = SOUND | {
    b"tkhd": bytes(12) + (1).to_bytes(4) + bytes(68),
    b"hdlr": bytes(8) + b"vide" + bytes(12),
    b"trex": number(1) + bytes(4) + (400).to_bytes(4) + bytes(4),
    b"tfhd": number(1),
    b"trun": (0).to_bytes(4) + (20).to_bytes(4),
}


def segment(*tracks: dict[bytes, bytes]) -> bytes:
    """Return a segment of a fragment; of each track, what its boxes say."""

    def boxes(said: dict[bytes, bytes], *kinds: bytes) -> bytes:
        return b"".join(box(kind, said[kind]) for kind in kinds)

    traks = (box(b"trak", boxes(said, b"tkhd"), box(b"mdia", boxes(said, b"mdhd", b"hdlr"))) for said in tracks)
    extends = box(b"mvex", *(boxes(said, b"trex") for said in tracks))
    trafs = (box(b"traf", boxes(said, b"tfhd", b"tfdt", b"trun")) for said in tracks)
    return box(b"moov", *traks, extends) + box(b"moof", *trafs) + box(b"mdat", b"x")


@pytest.mark.parametrize("pictures_at", [0, 1])
@pytest.mark.parametrize("kind", SOUND)
def test_what_is_damaged_in_another_track_refuses_nothing(kind: bytes, pictures_at: int) -> None:
    """A box of the sound's that still says whose it is may lack what follows, or say anything."""
    said = SOUND[kind]
    cut_short = [said[:size] for size in range(12 if kind == b"hdlr" else 8, len(said))]
    bent = [said[:at] + b"\xff" + said[at + 1 :] for at in range(len(said))]
    for damaged in (*cut_short, *bent):
        tracks = [SOUND | {kind: damaged}]
        tracks.insert(pictures_at, PICTURES)
        data = segment(*tracks)
        contents = read_contents(BytesIO(data), len(data))
        assert (contents.start_s, contents.end_s) == (0.0, 1.0)


def test_times_need_no_sizes() -> None:
    """A run whose sizes are cut off still says how long its pictures last."""
    damaged = (0x300).to_bytes(4) + (1).to_bytes(4) + (2_000).to_bytes(4)
    data = segment(PICTURES | {b"trun": damaged})
    assert read_contents(BytesIO(data), len(data)).end_s == 0.25


def stamped(at_ticks: int, epoch_s: int, version: int = 0) -> bytes:
    """Return a fragment of one picture of a quarter of a second, and the reference time that libav writes before it."""
    trun = box(b"trun", (0x100).to_bytes(4) + (1).to_bytes(4) + (250).to_bytes(4))
    tfdt = box(b"tfdt", bytes((version, 0, 0, 0)) + at_ticks.to_bytes(8 if version else 4))
    prft = box(b"prft", bytes(4) + (1).to_bytes(4) + ((epoch_s + NTP_EPOCH_S) % (1 << 32) << 32).to_bytes(8) + bytes(4))
    moof = box(b"moof", box(b"traf", box(b"tfhd", bytes(4) + (1).to_bytes(4)), tfdt, trun))
    return prft + moof + box(b"mdat", b"x")


def test_the_time_of_a_picture_may_stand_before_the_one_before_it() -> None:
    """A camera of four pictures a second has fragments of one: with older libav the time is the next one's."""
    data = MOOV + stamped(0, 1_000) + stamped(250, 1_001) + stamped(500, 1_002)
    said = [fragment.reference for fragment in read_contents(BytesIO(data), len(data)).fragments]
    media_s = [one.media_s if one else None for one in said]
    assert media_s == ([0.25, 0.5, None] if REPORTED else [0.0, 0.25, 0.5])
    assert said[0]
    assert said[0].epoch_s == 1_000


def reordered(at_ticks: int, *pictures: tuple[int, int]) -> bytes:
    """Return a fragment of pictures: how long each lasts until the next is decoded, and how much later it is shown."""
    rows = b"".join(length.to_bytes(4) + shift.to_bytes(4) for length, shift in pictures)
    trun = box(b"trun", (0x900).to_bytes(4) + len(pictures).to_bytes(4) + rows)
    tfdt = box(b"tfdt", bytes(4) + at_ticks.to_bytes(4))
    return box(b"moof", box(b"traf", box(b"tfhd", bytes(4) + (1).to_bytes(4)), tfdt, trun)) + box(b"mdat", b"x")


def test_a_file_ends_with_the_last_picture_shown_however_late_another_was_decoded() -> None:
    """Of pictures that are reordered the first two behind a pause are decoded before it, and the second lasts it."""
    before, pause = [(100, 200)] * 4, [(100, 5_200), (5_100, 5_200)]
    data = MOOV + reordered(0, *before) + reordered(400, *pause) + reordered(5_600, *before)
    contents = read_contents(BytesIO(data), len(data))
    assert contents.start_s == 0.2
    assert contents.end_s == 6.2
    assert contents.stood_s == 5.0


def test_a_picture_that_stands_is_seen_beside_a_single_other_one() -> None:
    """As of a camera with a picture a second whose stamps jump just after a file began."""
    data = MOOV + reordered(0, (1_000, 0), (9_000, 0))
    contents = read_contents(BytesIO(data), len(data))
    assert contents.stood_s == 8.0
    assert contents.end_s == 10.0


@pytest.mark.parametrize("year", [1970, 2026, 2036, 2103])
def test_a_camera_s_time_is_read_in_both_eras_of_ntp(year: int) -> None:
    """It counts anew on February 7, 2036; cameras that are bought now may hang until then."""
    epoch_s = round(datetime(year, 12, 31, tzinfo=UTC).timestamp())
    data = MOOV + stamped(0, epoch_s) + stamped(250, epoch_s + 1)
    said = read_contents(BytesIO(data), len(data)).fragments[0].reference
    assert said is not None
    assert said.epoch_s == epoch_s


def test_a_file_whose_pictures_lie_ages_apart_is_refused() -> None:
    """One bit that a card lost when the power went: nothing could be asked of the camera while the index had it."""
    data = MOOV + stamped(0, 1_000) + stamped(7 * 86_400_000, 1_001)
    assert read_contents(BytesIO(data), len(data)).end_s == 7 * 86_400 + 0.25
    bent = MOOV + stamped(0, 1_000) + stamped(1 << 62 | 250, 1_001, version=1)
    with pytest.raises(RecorderError, match="segment_unreadable"):
        read_contents(BytesIO(bent), len(bent))


@pytest.mark.parametrize(
    "fragments",
    [
        fragment(2**32 - 1),
        fragment(*[SAMPLES_MAX] * 1_000),
        fragment(SAMPLES_MAX) * 1_000,
        (fragment(SAMPLES_MAX) + box(b"mdat", b"x")) * 1_000,
    ],
    ids=["one run", "many runs", "fragments without pictures", "fragments"],
)
def test_more_pictures_than_a_segment_can_have_are_not_counted_to_the_end(fragments: bytes) -> None:
    """A few bytes say a hundred thousand pictures: the bound is on all of them together."""
    data = MOOV + fragments + box(b"mdat", b"x")
    with pytest.raises(RecorderError, match="segment_unreadable"):
        read_contents(BytesIO(data), len(data))


def test_a_closed_segment_is_read_from_the_list() -> None:
    """A line of three."""
    name = "1760000000000-000001.mp4"
    assert parse_closed(f"{name},0.5,10.25\n".encode()) == Closed(name=name, start_s=0.5, end_s=10.25)


@pytest.mark.parametrize(
    "line",
    [
        b"1760000000000-000001.mp4,0.5",
        b"1760000000000-000001.mp4,nan,1",
        b"1760000000000-000001.mp4,0,inf",
        b"\xff,0,1",
        b"../1760000000000-000001.mp4,0,1",
    ],
)
def test_a_list_that_is_none_is_refused(line: bytes) -> None:
    """A time that is none, a name that leads elsewhere."""
    with pytest.raises(RecorderError, match="segment_list_broken"):
        parse_closed(line)
