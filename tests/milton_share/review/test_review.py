"""What may be cut at all, out of which files, and what is said of it: each decision at its limits. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from custom_components.milton_share.clips.job import Range
from custom_components.milton_share.clips.result import FinishedFile, FrameRange, Result, StoredRange
from custom_components.milton_share.errors import MiltonShareError
from custom_components.milton_share.review.job import (
    STILL_COPYING,
    Wish,
    check_settled,
    clock_of,
    cut_job,
    job_of,
    review_of,
    within,
)
from custom_components.milton_share.review.test_card import FILM
from custom_components.milton_share.shared.milton_protocol.messages.requests.request import recipients_hash
from custom_components.milton_share.shared.milton_protocol.messages.shares.manifest_parts import (
    AudioEdit,
    ClockMethod,
    FrameKind,
    Period,
)
from custom_components.milton_share.shared.milton_protocol.messages.shares.masks import Mask, MaskKey
from custom_components.milton_share.sources.model import Clock, Coverage, Segment
from tests.simulators.city import City

CITY = City()
REQUEST = CITY.draft()
START, END = REQUEST.from_, REQUEST.until
MS, SECOND = timedelta(milliseconds=1), timedelta(seconds=1)
MASK = Mask(keys=(MaskKey(at=START, corners=((0, 0), (1, 0), (1, 1))),))
CLIP = Path("/clip.mp4")


def wish(*ranges: tuple[datetime, datetime], audio: bool = True, masks: tuple[Mask, ...] = ()) -> Wish:
    """Ask for ranges."""
    return Wish(ranges=tuple(Period(from_=first, until=last) for first, last in ranges), audio=audio, masks=masks)


def refused(asked: Wish) -> str | None:
    """Return the rule by which a wish is refused."""
    try:
        within(REQUEST, asked)
    except MiltonShareError as error:
        return error.rule
    return None


@pytest.mark.parametrize(
    ("asked", "rule"),
    [
        (wish((START, END)), None),
        (wish((START - MS, END)), "outside_request"),
        (wish((START, END + MS)), "outside_request"),
        (wish((START, START)), "outside_request"),
        (wish((END, START)), "outside_request"),
        (wish((START, START + SECOND)), None),
        (wish((START, START + SECOND - MS)), "too_short"),
        (wish((START, START + SECOND), (START + SECOND, END)), None),
        (wish((START, START + SECOND), (START + SECOND - MS, END)), "ranges_overlap"),
        (wish((START + SECOND, END), (START, START + SECOND)), "ranges_overlap"),
        (wish((START, START + SECOND), (START + SECOND, END + MS)), "outside_request"),
        (wish((START, START + SECOND), (END - SECOND + MS, END)), "too_short"),
    ],
)
def test_what_is_asked_for_lies_in_the_request_to_the_millisecond(asked: Wish, rule: str | None) -> None:
    """No earlier, no later, each range a second at least, in order."""
    assert refused(asked) == rule


def test_what_is_asked_for_is_in_whole_milliseconds_of_utc() -> None:
    """Wherever the page is, and however finely it counts."""
    there = timezone(timedelta(hours=-5))
    odd = START.astimezone(there) + timedelta(microseconds=1_999)
    (part,) = within(REQUEST, wish((odd, END))).ranges
    assert (part.from_, part.from_.tzinfo, part.until) == (START + MS, UTC, END)


def test_a_test_card_has_no_sound_and_nothing_to_hide() -> None:
    """An ordinary clip may have both."""
    drill = CITY.draft(drill=True)
    assert within(REQUEST, wish((START, END), masks=(MASK,))) == wish((START, END), masks=(MASK,))
    assert not within(REQUEST, wish((START, END), audio=False)).audio
    assert not within(drill, wish((START, END))).audio
    with pytest.raises(MiltonShareError, match="nothing_to_hide"):
        within(drill, wish((START, END), masks=(MASK,)))


def segment(from_: datetime, until: datetime, clock: Clock | None = None) -> Segment:
    """Return a file."""
    return Segment(
        path=Path(f"/{from_:%H%M%S}.mp4"), from_=from_, until=until, sha256="a" * 64, media_start_s=0.0, clock=clock
    )


def covered(*segments: Segment, **more: object) -> Coverage:
    """Return what there is."""
    return Coverage(segments=segments, gaps=(), clock=Clock(offset_ms=0, uncertainty_ms=9, method="rtcp"), **more)


@pytest.mark.parametrize(
    ("pending", "is_settled"),
    [
        ((START - SECOND, START), True),
        ((START - SECOND, START + MS), False),
        ((START + SECOND, END), True),
        ((START + SECOND - MS, END), False),
    ],
)
def test_nothing_is_cut_while_a_part_of_it_may_still_come(
    pending: tuple[datetime, datetime], *, is_settled: bool
) -> None:
    """What touches it is waited for, by the word of its source where that has one."""
    asked = wish((START, START + SECOND))
    for trouble in (None, "source_unreachable"):
        found = covered(pending=(pending,), trouble=trouble)
        if is_settled:
            check_settled(asked, found)
        else:
            with pytest.raises(MiltonShareError, match=trouble or STILL_COPYING):
                check_settled(asked, found)


def test_what_may_still_come_of_one_of_several_ranges_is_waited_for_before_a_job_is_made() -> None:
    """Whichever of them it is; a test card waits for nothing."""
    asked = wish((START, START + SECOND), (START + 9 * SECOND, START + 10 * SECOND))
    for at in (START, START + 9 * SECOND):
        found = covered(segment(START, END), pending=((at, at + SECOND),))
        with pytest.raises(MiltonShareError, match=STILL_COPYING):
            job_of(asked, found, CLIP)
    job = job_of(asked, covered(segment(START, END)), CLIP)
    card = job_of(asked, None, CLIP)
    assert {one.path for one in card.segments} == {FILM}
    assert (card.from_ms, card.until_ms, card.further) == (job.from_ms, job.until_ms, job.further)


def test_a_clip_is_cut_from_the_files_that_it_touches_and_those_beside_them() -> None:
    """Two seconds beside it, where its sound may be; but not of these alone."""
    asked = wish((START + 10 * SECOND, START + 20 * SECOND), (START + 40 * SECOND, START + 50 * SECOND))
    edges = [(0, 8.0), (0, 8.001), (15, 16), (21.999, 30), (22, 30), (45, 46), (51.999, 60), (52, 60)]
    files = [segment(START + low * SECOND, START + high * SECOND) for low, high in edges]
    job = cut_job(asked, covered(*files), CLIP)
    assert [(one.from_ms, one.until_ms) for one in job.segments] == [
        (files[index].from_.timestamp() * 1000, files[index].until.timestamp() * 1000) for index in (1, 2, 3, 5, 6)
    ]
    start_ms = round(START.timestamp() * 1000)
    assert (job.from_ms, job.until_ms, job.further) == (
        start_ms + 10_000,
        start_ms + 20_000,
        (Range(from_ms=start_ms + 40_000, until_ms=start_ms + 50_000),),
    )
    for beside in (files[:2], [segment(START, START + 10 * SECOND)], [segment(START + 20 * SECOND, END)]):
        with pytest.raises(MiltonShareError, match="nothing_recorded"):
            cut_job(wish((START + 10 * SECOND, START + 20 * SECOND)), covered(*beside), CLIP)


def test_a_manifest_says_what_the_cutter_answered_and_how_sure_its_times_are() -> None:
    """Digests, which frames were copied and which encoded, what was hidden, and the worst clock of its own files."""
    sure, unsure, elsewhere = (
        Clock(offset_ms=offset, uncertainty_ms=doubt, method=method)
        for offset, doubt, method in ((5, 100, "rtcp"), (-7, 800, "source"), (0, 5_000, "arrival"))
    )
    files = [
        segment(START, START + 5 * SECOND, sure),
        segment(START + 5 * SECOND, START + 10 * SECOND, unsure),
        segment(START + 10 * SECOND, START + 20 * SECOND, elsewhere),
    ]
    asked = wish((START + SECOND, START + 9 * SECOND), masks=(MASK,))
    start_ms = round(START.timestamp() * 1000)
    gap = Range(from_ms=start_ms + 2_001, until_ms=start_ms + 3_002)
    result = Result(
        clip=FinishedFile(path=CLIP, sha256="b" * 64, size_bytes=1_234),
        preview=FinishedFile(path=CLIP, sha256="c" * 64, size_bytes=99),
        codec="hevc",
        width=320,
        height=180,
        ranges=(
            StoredRange(
                from_ms=start_ms + 1_000,
                until_ms=start_ms + 9_000,
                first_frame_ms=start_ms + 1_033,
                last_frame_ms=start_ms + 8_967,
                stored_ms=0,
                gaps=(gap,),
            ),
            StoredRange(
                from_ms=start_ms + 9_000,
                until_ms=start_ms + 9_500,
                first_frame_ms=None,
                last_frame_ms=None,
                stored_ms=None,
                gaps=(),
            ),
        ),
        frames=(
            FrameRange(first=0, count=3, kind="encoded", slices_sha256=None),
            FrameRange(first=3, count=90, kind="copied", slices_sha256="d" * 64),
        ),
        audio="removed",
        software={"av": "1"},
    )
    verified = CITY.verify(CITY.publish(REQUEST))
    share_id = "e" * 32
    review = review_of(
        verified, asked, covered(*files), result, label="Camera 1", share_id=share_id, software={"home": "2"}
    )
    manifest = review.manifest
    assert review.size_bytes == 1_234
    assert (manifest.clip_sha256, manifest.preview_sha256) == ("b" * 64, "c" * 64)
    assert (manifest.request_id, manifest.share_id) == (verified.request_id, share_id)
    assert manifest.recipients_sha256 == recipients_hash(REQUEST.recipients)
    assert [(one.first, one.count, one.kind, one.slices_sha256) for one in manifest.frames] == [
        (0, 3, FrameKind.ENCODED, None),
        (3, 90, FrameKind.COPIED, "d" * 64),
    ]
    assert manifest.gaps == (Period(from_=START + 2_001 * MS, until=START + 3_002 * MS),)
    part, nothing = manifest.ranges
    assert (nothing.first_frame, nothing.stored_ms) == (None, None)
    assert (part.from_, part.until) == (START + SECOND, START + 9 * SECOND)
    assert (part.first_frame, part.stored_ms) == (START + 1_033 * MS, 0)
    assert (manifest.clock.offset_ms, manifest.clock.uncertainty_ms) == (-7, 800)
    assert (manifest.clock.method, manifest.clock.was_put) == (ClockMethod.SOURCE, False)
    assert (manifest.edits.audio, manifest.edits.masks) == (AudioEdit.REMOVED, (MASK,))
    assert [(one.from_, one.until, one.sha256) for one in manifest.segments] == [
        (one.from_, one.until, "a" * 64) for one in files
    ]
    assert manifest.software == {"av": "1", "home": "2"}
    assert (manifest.named, manifest.test_card, manifest.sources_kept_until) == (False, False, None)
    card = review_of(verified, asked, None, result, label="Camera 1", share_id=share_id, software={}).manifest
    assert (card.test_card, card.segments) == (True, ())
    assert (card.clock.offset_ms, card.clock.uncertainty_ms, card.clock.method) == (0, 0, ClockMethod.OWNER)


def test_a_manifest_says_that_a_clock_was_put_only_of_a_clip_in_which_it_was() -> None:
    """Of the files of exactly what is wanted: elsewhere in the request one offset holds all along."""
    before, after = (Clock(offset_ms=offset_ms, uncertainty_ms=100, method="rtcp") for offset_ms in (0, -40_000))
    files = [segment(START, START + 10 * SECOND, before), segment(START + 10 * SECOND, START + 20 * SECOND, after)]
    put, one_offset = (
        clock_of(wish((START + SECOND, START + until_s * SECOND)), covered(*files)) for until_s in (15, 9)
    )
    assert (put.offset_ms, put.was_put) == (-40_000, True)
    assert (one_offset.offset_ms, one_offset.was_put) == (0, False)


def test_a_file_without_a_clock_of_its_own_makes_no_other_surer_or_less_sure() -> None:
    """The clocks that are known are weighed; only where none is, that of all is stated."""
    known, asked = Clock(offset_ms=1, uncertainty_ms=2, method="rtcp"), wish((START, START + 9 * SECOND))
    files = [segment(START, START + 5 * SECOND), segment(START + 5 * SECOND, END, known)]
    assert clock_of(asked, covered(*files)) == known
    assert clock_of(asked, covered(files[0])) == covered().clock


@pytest.mark.parametrize(
    ("begins_ms", "unsure_ms"),
    [((5_000,), 2), ((4_999,), 2), ((4_800,), 200), ((4_750,), 250), ((4_749,), 2), ((4_900, 4_850), 250)],
    ids=str,
)
def test_times_are_no_surer_than_files_are_moved_that_overlap(begins_ms: tuple[int, ...], unsure_ms: int) -> None:
    """The cutter lets them follow each other; what overlaps by more it takes once, or refuses."""
    known, asked = Clock(offset_ms=1, uncertainty_ms=2, method="rtcp"), wish((START, END))
    files, at = [segment(START, START + 5 * SECOND, known)], START
    for begin_ms in begins_ms:
        at += begin_ms * MS
        files.append(segment(at, at + 5 * SECOND, known))
    assert clock_of(asked, covered(*files)) == replace(known, uncertainty_ms=unsure_ms)
