"""The whole plan, from packets and their times: whatever a camera did, each frame and packet inside is there once."""

from __future__ import annotations

from array import array
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.milton_share.clips.bitstream.aac import ROUNDED_TICKS
from custom_components.milton_share.clips.job import JobSegment
from custom_components.milton_share.clips.plan.make import make_plan
from custom_components.milton_share.clips.plan.model import Audio, Way
from custom_components.milton_share.clips.plan.sound import audio_prints
from custom_components.milton_share.clips.read.forms import UNKNOWN
from custom_components.milton_share.clips.read.gops import Gop
from custom_components.milton_share.clips.read.probe import AudioFacts, SegmentFacts, VideoFacts
from custom_components.milton_share.clips.refusal import ClipRefused, CutRule
from custom_components.milton_share.clips.timeline import TICKS_PER_S, Ruler

SETS = (b"\x67\x64\x00\x1f\x80", b"\x68\x80")
PACKET = 5_760  # 1,024 samples at 16 kHz
AAC_LC_16_KHZ = b"\x14\x08"


def segment(groups: list[tuple[int, list[int], bool]], sound_from: int, packets: int, hole: int) -> SegmentFacts:
    """Return one file: of each group its first tick, the distances of its frames, and whether it stands alone."""
    ticks: list[int] = []
    gops: list[Gop] = []
    for start, steps, decodable in groups:
        shown = [start + sum(steps[:index]) for index in range(len(steps) + 1)]
        stored = [shown[0], *(at for pair in zip(shown[2::2], shown[1::2], strict=False) for at in pair)]
        stored += [at for at in shown if at not in stored]
        gops.append(Gop(first=len(ticks), count=len(stored), decodable=decodable, parameter_sets=SETS))
        ticks += stored
    heard = array(
        "q", (sound_from + index * PACKET + (hole if index > packets // 2 else 0) for index in range(packets))
    )
    video = VideoFacts(
        codec="h264",
        width=320,
        height=180,
        extradata=b"",
        length_size=4,
        ticks=array("q", ticks),
        decode_ticks=array("q", sorted(ticks)),
        prints=array("L", range(len(ticks))),
        gops=tuple(gops),
        codings={},
        form=replace(UNKNOWN, codec="h264", width=320, height=180, pixel_format="yuv420p"),
    )
    audio = AudioFacts(
        codec="aac",
        rate_hz=16_000,
        channels=1,
        extradata=AAC_LC_16_KHZ,
        ruler=Ruler(segment_tick=0, start_s=Fraction(0), time_base=Fraction(1, TICKS_PER_S)),
        shown=heard,
        ticks=heard,
        spans=array("q", [PACKET] * packets),
        prints=array("L", range(packets)),
    )
    file = JobSegment(path=Path("/segment.mp4"), from_ms=0, until_ms=1)
    return SegmentFacts(segment=file, video=video, audio=audio if packets else None)


@st.composite
def files(draw: st.DrawFn) -> list[SegmentFacts]:
    """Return a camera's files, in order of time; frames, groups, gaps and sound are anyhow."""
    at, made = draw(st.integers(-400_000, 100_000)), []
    for _ in range(draw(st.integers(1, 4))):
        groups = []
        began = at
        for _ in range(draw(st.integers(1, 4))):
            steps = draw(st.lists(st.integers(1, 30_000), max_size=8))
            groups.append((at, steps, draw(st.sampled_from([True, True, False]))))
            at += sum(steps) + draw(st.integers(1, 30_000))
        sound_from = began + draw(st.integers(-20_000, 20_000))
        made.append(segment(groups, sound_from, draw(st.integers(0, 40)), draw(st.sampled_from([0, 0, 50_000]))))
        at += draw(st.sampled_from([0, 0, 200_000]))
    return made


@given(facts=files(), end=st.integers(1, 600_000), wishes=st.tuples(st.booleans(), st.booleans()))
def test_each_frame_and_packet_inside_is_planned_once_and_no_other(
    facts: list[SegmentFacts], end: int, wishes: tuple[bool, bool]
) -> None:
    """Or there is nothing inside, and that is said."""
    audio, masked = wishes
    inside = sorted(tick for each in facts for tick in each.video.ticks if 0 <= tick < end)
    if not inside:
        with pytest.raises(ClipRefused) as refused:
            make_plan(facts, end, audio=audio, masked=masked)
        assert refused.value.rule is CutRule.NOTHING_RECORDED
        return
    plan = make_plan(facts, end, audio=audio, masked=masked)
    assert sorted(plan.shown) == inside
    planned: list[int] = []
    for each in plan.segments:
        for gop in each.gops:
            ticks = each.facts.video.ticks[gop.first : gop.first + gop.count]
            copied = list(ticks[: gop.copy])
            assert all(0 <= tick < end for tick in copied)
            encoded = [tick for tick in ticks if gop.encode_from is not None and gop.encode_from <= tick < end]
            assert not set(copied) & set(encoded)
            planned += copied + encoded
    assert sorted(planned) == inside
    used = [gop for each in plan.segments for gop in each.facts.video.gops if gop.first in {g.first for g in each.gops}]
    assert plan.way is (Way.ENCODE if masked or not all(gop.decodable for gop in used) else Way.COPY)
    assert plan.zero <= plan.stored[0]
    _check_sound(facts, plan.audio, inside[0], end, audio=audio)
    if plan.audio is Audio.KEPT and plan.audio_way is Way.COPY:
        stored = [tick for tick, _, _ in audio_prints(plan.heard, plan.audio_from, end)]
        assert all(after - before >= PACKET - ROUNDED_TICKS for before, after in pairwise(stored))
        assert (stored[0] - plan.zero) % PACKET == 0
        assert plan.stored[0] - plan.zero < PACKET


def _check_sound(facts: list[SegmentFacts], kept: Audio, first: int, end: int, *, audio: bool) -> None:
    """Sound is kept when it is wanted and a whole packet of any file, with what it overlaps, lies in the range.

    One that lies before the first picture is in no clip: the sound is removed then, and not absent.
    """
    starts = [tick for each in facts if each.audio is not None for tick in each.audio.ticks]
    whole = any(first <= tick and tick + 2 * PACKET <= end for tick in starts)
    before = any(0 <= tick < first and tick + 2 * PACKET <= end for tick in starts)
    assert kept is (Audio.KEPT if whole and audio else Audio.REMOVED if whole or before else Audio.ABSENT)
