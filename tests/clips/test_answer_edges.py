"""The child's answer at each limit of what its host believes, and by the least beyond it. Pure."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from custom_components.milton_share.clips.job import Job, Range
from custom_components.milton_share.clips.refusal import ClipRefused
from custom_components.milton_share.clips.result import Result, check_asked, read_answer, read_progress
from tests.clips.masks import rectangle
from tests.clips.test_cutting import RANGE, SHA256, answer

OUT = Path("/c.mp4")
FILE = {"path": "/c.mp4", "sha256": SHA256, "size_bytes": 1}
PREVIEW = {**FILE, "path": "/c.preview.mp4"}
COPIED = {"first": 0, "count": 1, "kind": "copied", "slices_sha256": SHA256}
ENCODED = {**COPIED, "kind": "encoded", "slices_sha256": None}
GAP = {"from_ms": 0, "until_ms": 1}
MOST = 2**53 - 1
NOTHING = {"first_frame_ms": None, "last_frame_ms": None, "stored_ms": None}


def read(**changes: object) -> Result:
    """Read an answer with changes."""
    return read_answer(answer(**changes), OUT)


@pytest.mark.parametrize(
    ("most", "more"),
    [
        ({"clip": {**FILE, "size_bytes": MOST}}, {"clip": {**FILE, "size_bytes": MOST + 1}}),
        ({"clip": {**FILE, "size_bytes": 0}}, {"clip": {**FILE, "size_bytes": -1}}),
        ({"clip": FILE}, {"clip": {**FILE, "size_bytes": 1.0}}),
        ({"clip": FILE}, {"clip": {**FILE, "sha256": SHA256 + "a"}}),
        ({"clip": FILE}, {"clip": {**FILE, "sha256": SHA256[:-1]}}),
        ({"clip": FILE}, {"clip": {**FILE, "sha256": 5}}),
        ({"clip": FILE}, {"clip": "/c.mp4"}),
        ({"preview": PREVIEW}, {"preview": FILE}),
        ({"preview": None}, {"preview": {}}),
        ({"codec": "x" * 500}, {"codec": "x" * 501}),
        ({"codec": ""}, {"codec": ["h264"]}),
        ({"ranges": [RANGE] * 16}, {"ranges": [RANGE] * 17}),
        ({"ranges": [{**RANGE, "gaps": [GAP] * 1_000}]}, {"ranges": [{**RANGE, "gaps": [GAP] * 1_001}]}),
        ({"ranges": [{**RANGE, **NOTHING}]}, {"ranges": [{**RANGE, "from_ms": None}]}),
        ({"ranges": []}, {"ranges": {}}),
        ({"ranges": []}, {"ranges": [5]}),
        ({"frames": [COPIED] * 10_000}, {"frames": [COPIED] * 10_001}),
        ({"frames": [ENCODED]}, {"frames": [{**ENCODED, "slices_sha256": SHA256}]}),
        ({"frames": [ENCODED]}, {"frames": [{**ENCODED, "kind": "copied"}]}),
        ({"audio": "removed"}, {"audio": "Removed"}),
        ({"audio": "absent"}, {"audio": None}),
        ({"software": {"av": "x" * 500}}, {"software": {"av": "x" * 501}}),
        ({"software": {"av": "1"}}, {"software": {"av": 1}}),
    ],
)  # fmt: skip
def test_an_answer_at_a_limit_is_read_and_one_beyond_it_is_not(
    most: dict[str, object], more: dict[str, object]
) -> None:
    """Each limit by itself."""
    read(**most)
    with pytest.raises(ClipRefused) as refused:
        read(**more)
    assert refused.value.rule == "cut_failed"


def test_what_is_read_is_what_was_answered() -> None:
    """Field by field; gaps of all ranges in a row."""
    other = {**RANGE, **NOTHING, "from_ms": 10, "until_ms": 20, "gaps": [{"from_ms": 10, "until_ms": 20}]}
    found = read(preview=PREVIEW, width=3, height=4, ranges=[{**RANGE, "gaps": [GAP]}, other], frames=[COPIED, ENCODED])
    assert (found.clip.path, found.clip.sha256, found.clip.size_bytes) == (OUT, SHA256, 1)
    assert found.preview is not None
    assert found.preview.path == Path("/c.preview.mp4")
    assert (found.codec, found.width, found.height, found.audio) == ("h264", 3, 4, "kept")
    first, second = found.ranges
    assert (first.from_ms, first.until_ms, first.first_frame_ms, first.last_frame_ms, first.stored_ms) == (
        1,
        9,
        2,
        8,
        0,
    )
    assert (second.first_frame_ms, second.last_frame_ms, second.stored_ms) == (None, None, None)
    assert found.gaps_ms == ((0, 1), (10, 20))
    assert [(run.first, run.count, run.kind, run.slices_sha256) for run in found.frames] == [
        (0, 1, "copied", SHA256),
        (0, 1, "encoded", None),
    ]


ASKED = Job(
    segments=(),
    from_ms=1,
    until_ms=9,
    further=(Range(from_ms=10, until_ms=20),),
    audio=True,
    masks=(),
    out=OUT,
)
MASKED = replace(ASKED, audio=False, masks=(rectangle(0, 0, 1, 1),))
SECOND = {**RANGE, **NOTHING, "from_ms": 10, "until_ms": 20, "gaps": [{"from_ms": 10, "until_ms": 20}]}
GOOD = {"ranges": [RANGE, SECOND], "frames": [COPIED, ENCODED], "resized_ms": [1, 19]}


@pytest.mark.parametrize(
    "changes",
    [
        {"ranges": [RANGE]},
        {"ranges": [SECOND, RANGE]},
        {"ranges": [{**RANGE, "until_ms": 10}, SECOND]},
        {"ranges": [{**RANGE, "first_frame_ms": 0}, SECOND]},
        {"ranges": [{**RANGE, "last_frame_ms": 9}, SECOND]},
        {"ranges": [{**RANGE, "first_frame_ms": 5, "last_frame_ms": 4}, SECOND]},
        {"ranges": [{**RANGE, "stored_ms": None}, SECOND]},
        {"ranges": [{**RANGE, "gaps": [{"from_ms": 0, "until_ms": 2}]}, SECOND]},
        {"ranges": [{**RANGE, "gaps": [{"from_ms": 3, "until_ms": 3}]}, SECOND]},
        {"ranges": [{**RANGE, "gaps": [{"from_ms": 8, "until_ms": 10}]}, SECOND]},
        {"resized_ms": [9]},
        {"resized_ms": [MOST]},
    ],
    ids=str,
)
def test_an_answer_of_times_that_were_not_asked_for_is_none(changes: dict[str, object]) -> None:
    """The manifest would say them, and some are in no calendar."""
    check_asked(read(**GOOD), ASKED)
    with pytest.raises(ClipRefused, match=r"outside its ranges|of other ranges"):
        check_asked(read(**{**GOOD, **changes}), ASKED)


def test_an_answer_has_no_sound_and_no_copied_picture_where_none_may_be() -> None:
    """Who wants no sound, or hides a part of the picture, gets no clip that says otherwise."""
    encoded = {**GOOD, "frames": [ENCODED], "audio": "removed"}
    check_asked(read(**encoded), MASKED)
    with pytest.raises(ClipRefused, match="sound"):
        check_asked(read(**{**encoded, "audio": "kept"}), MASKED)
    with pytest.raises(ClipRefused, match="masked"):
        check_asked(read(**{**encoded, "frames": [ENCODED, COPIED]}), MASKED)


@pytest.mark.parametrize(
    ("line", "share"),
    [
        (b'{"progress":0}', 0.0),
        (b'{"progress":1}', 1.0),
        (b'{"progress":0.25}', 0.25),
        (b'{"progress":-0.01}', None),
        (b'{"progress":1.01}', None),
        (b'{"progress":"1"}', None),
        (b'{"progress":1,"more":1}', None),
        (b"{}", None),
        (b"[1]", None),
        (b"nothing", None),
        (b'{"progress":0.5}' + b" " * 48, 0.5),
        (b'{"progress":0.5}' + b" " * 49, None),
    ],
)
def test_progress_is_a_share_and_nothing_else(line: bytes, share: float | None) -> None:
    """Other lines are no progress."""
    assert read_progress(line) == share


@pytest.mark.parametrize(
    ("rule", "is_one"), [("no_space", True), ("no_such_rule", False), ("NO_SPACE", False), ("", False)]
)
def test_a_refusal_is_by_one_of_the_cutters_rules_and_its_detail_is_cut_short(rule: str, *, is_one: bool) -> None:
    """What the child says of it goes to the log."""
    line = json.dumps({"refused": rule, "detail": "x" * 600}).encode()
    with pytest.raises(ClipRefused) as refused:
        read_answer(line, OUT)
    assert (refused.value.rule, refused.value.detail) == ((rule, "x" * 500) if is_one else ("cut_failed", "no answer"))
