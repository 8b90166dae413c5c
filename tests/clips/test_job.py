"""The child's job is parsed strictly."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from custom_components.milton_share.clips.job import TIME_MAX_MS, Job, Mask, MaskKey, Range
from custom_components.milton_share.clips.refusal import ClipRefused, Rule

LIMITS = {"memory_bytes": 2**30, "cpu_s": 60, "file_size_bytes": 2**20, "open_files": 64}
KEY: dict[str, object] = {"at_ms": 1000, "corners": [[0, 5000], [10000, 5000], [0, 10000]]}
GOOD: dict[str, object] = {
    "version": 1,
    "segments": [
        {"path": "/b.mp4", "from_ms": 2000.5, "until_ms": 3000, "uncertainty_ms": 880},
        {"path": "/a.mp4", "from_ms": 1000, "until_ms": 2000.5, "uncertainty_ms": 100},
    ],
    "from_ms": 1500,
    "until_ms": 2500,
    "further": [{"from_ms": 2500, "until_ms": 2600}],
    "audio": False,
    "masks": [{"keys": [KEY, {**KEY, "at_ms": 2000}]}],
    "out": "/clip.mp4",
    "preview": True,
    "limits": LIMITS,
}


def test_a_good_job_is_read_and_its_files_put_in_order() -> None:
    """By time, whatever order they came in."""
    job = Job.from_json(json.dumps(GOOD).encode())
    assert [segment.path.name for segment in job.segments] == ["a.mp4", "b.mp4"]
    assert [segment.uncertainty_ms for segment in job.segments] == [100, 880]
    corners = ((0, 5000), (10000, 5000), (0, 10000))
    keys = (MaskKey(at_ms=1000, corners=corners), MaskKey(at_ms=2000, corners=corners))
    assert job.masks == (Mask(keys=keys),)
    assert (job.limits.cpu_s, job.limits.open_files, job.limits.memory_bytes) == (60, 64, 2**30)
    assert (job.audio, job.preview, job.out) == (False, True, Path("/clip.mp4"))
    other = Job.from_json(json.dumps({**GOOD, "audio": True, "preview": False}).encode())
    assert (other.audio, other.preview) == (True, False)
    assert job.ranges == (Range(from_ms=1500, until_ms=2500), Range(from_ms=2500, until_ms=2600))


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"from_ms": 2500},
        {"from_ms": -1},
        {"until_ms": 1500 + 12 * 3_600_000 + 1},
        {"until_ms": 2500.0},
        {"further": [{"from_ms": 2499, "until_ms": 2600}]},
        {"further": [{"from_ms": 2700, "until_ms": 2800}, {"from_ms": 2500, "until_ms": 2600}]},
        {"further": [{"from_ms": 2600, "until_ms": 2600}]},
        {"further": [{"from_ms": 2600, "until_ms": 2700, "more": 1}]},
        {"further": [{"from_ms": 2600}]},
        {"further": [5]},
        {"further": [{"from_ms": 2600, "until_ms": 1500 + 12 * 3_600_000 + 1}]},
        {"further": [{"from_ms": 2500 + n, "until_ms": 2501 + n} for n in range(16)]},
        {"audio": 1},
        {"out": "clip.mp4"},
        {"out": "/a\0b"},
        {"masks": [{"keys": []}]},
        {"masks": [{"keys": [KEY]}] * 33},
        {"masks": [{"keys": [{**KEY, "at_ms": index} for index in range(65)]}]},
        {"masks": [{"keys": [KEY, KEY]}]},
        {"masks": [{"keys": [KEY, {"at_ms": 2000, "corners": [[0, 0]] * 4}]}]},
        {"masks": [{"keys": [{**KEY, "corners": [[0, 0], [1, 1]]}]}]},
        {"masks": [{"keys": [{**KEY, "corners": [[0, 0]] * 17}]}]},
        {"masks": [{"keys": [{**KEY, "corners": [[0, 0], [1, 1], [0, 10001]]}]}]},
        {"masks": [{"keys": [{**KEY, "corners": [[0, 0], [1, 1], [0, 1.5]]}]}]},
        {"masks": [{"keys": [{**KEY, "corners": [[0, 0], [1, 1], 5]}]}]},
        {"segments": [{"path": "/a", "from_ms": float("nan"), "until_ms": 1, "uncertainty_ms": 0}]},
        {"segments": [{"path": "/a", "from_ms": True, "until_ms": 1, "uncertainty_ms": 0}]},
        {"segments": [{"path": "/a", "from_ms": 0, "until_ms": 1, "uncertainty_ms": 0, "more": 1}]},
        {"segments": [{"path": "/a", "from_ms": 0, "until_ms": 1, "uncertainty_ms": -1}]},
        {"segments": [{"path": "/a", "from_ms": 0, "until_ms": 1}]},
        {"segments": {}},
        {"limits": {**LIMITS, "cpu_s": 0}},
        {"limits": {}},
        {"more": 1},
    ],
    ids=str,
)
def test_a_wrong_job_is_refused(change: dict[str, object]) -> None:
    """By the rule `bad_job`."""
    with pytest.raises(ClipRefused) as refused:
        Job.from_json(json.dumps({**GOOD, **change}).encode())
    assert refused.value.rule is Rule.BAD_JOB


SEGMENT: dict[str, object] = {"path": "/a", "from_ms": 0, "until_ms": TIME_MAX_MS, "uncertainty_ms": 0}


@pytest.mark.parametrize(
    ("most", "more"),
    [
        ({"until_ms": 1500 + 12 * 3_600_000, "further": []}, {"until_ms": 1501 + 12 * 3_600_000, "further": []}),
        (
            {"from_ms": TIME_MAX_MS - 1, "until_ms": TIME_MAX_MS, "further": []},
            {"from_ms": TIME_MAX_MS, "until_ms": TIME_MAX_MS + 1, "further": []},
        ),
        ({"from_ms": 0}, {"from_ms": -1}),
        (
            {"further": [{"from_ms": 2500 + n, "until_ms": 2501 + n} for n in range(15)]},
            {"further": [{"from_ms": 2500 + n, "until_ms": 2501 + n} for n in range(16)]},
        ),
        ({"segments": [SEGMENT] * 10_000}, {"segments": [SEGMENT] * 10_001}),
        ({"segments": [SEGMENT]}, {"segments": [{**SEGMENT, "until_ms": TIME_MAX_MS + 1}]}),
        ({"segments": [SEGMENT]}, {"segments": [{**SEGMENT, "from_ms": -1}]}),
        ({"segments": [SEGMENT]}, {"segments": [{**SEGMENT, "from_ms": float("-inf")}]}),
        ({"segments": [SEGMENT]}, {"segments": [{**SEGMENT, "from_ms": "0"}]}),
        ({"segments": [SEGMENT]}, {"segments": [{**SEGMENT, "uncertainty_ms": -1}]}),
        ({"masks": [{"keys": [KEY]}] * 32}, {"masks": [{"keys": [KEY]}] * 33}),
        ({"masks": [{"keys": [KEY]}]}, {"masks": [{"keys": [KEY], "more": 1}]}),
        ({"masks": [{"keys": [KEY]}]}, {"masks": [{"keys": [{**KEY, "more": 1}]}]}),
        (
            {"masks": [{"keys": [{**KEY, "at_ms": index} for index in range(64)]}]},
            {"masks": [{"keys": [{**KEY, "at_ms": index} for index in range(65)]}]},
        ),
        ({"masks": [{"keys": [{**KEY, "at_ms": 0}]}]}, {"masks": [{"keys": [{**KEY, "at_ms": -1}]}]}),
        ({"masks": [{"keys": [KEY]}]}, {"masks": [{"keys": [KEY, {**KEY, "at_ms": 999}]}]}),
        (
            {"masks": [{"keys": [{**KEY, "corners": [[0, 0]] * 16}]}]},
            {"masks": [{"keys": [{**KEY, "corners": [[0, 0]] * 17}]}]},
        ),
        (
            {"masks": [{"keys": [{**KEY, "corners": [[0, 0]] * 3}]}]},
            {"masks": [{"keys": [{**KEY, "corners": [[0, 0]] * 2}]}]},
        ),
        *(
            (
                {"masks": [{"keys": [{**KEY, "corners": [[0, 0], [1, 1], [0, 10_000]]}]}]},
                {"masks": [{"keys": [{**KEY, "corners": [[0, 0], [1, 1], corner]}]}]},
            )
            for corner in ([-1, 0], [0, -1], [10_001, 0], [0, True], [True, 0], [0, 0, 0])
        ),
        ({"out": "/"}, {"out": ""}),
        ({"out": "/"}, {"out": 1}),
        ({"preview": False}, {"preview": 0}),
        *(
            ({"limits": {**LIMITS, name: most}}, {"limits": {**LIMITS, name: more}})
            for name, most, more in (
                ("memory_bytes", 2**24, 2**24 - 1), ("memory_bytes", 2**40, 2**40 + 1),
                ("cpu_s", 1, 0), ("cpu_s", 10**6, 10**6 + 1),
                ("file_size_bytes", 1, 0), ("file_size_bytes", 2**42, 2**42 + 1),
                ("open_files", 16, 15), ("open_files", 4096, 4097),
            )
        ),
    ],
    ids=lambda change: str(change)[:60],
)  # fmt: skip
def test_a_job_at_a_limit_is_read_and_one_beyond_it_refused(most: dict[str, object], more: dict[str, object]) -> None:
    """Each limit by itself, by the least that there is."""
    Job.from_json(json.dumps({**GOOD, **most}).encode())
    with pytest.raises(ClipRefused) as refused:
        Job.from_json(json.dumps({**GOOD, **more}).encode())
    assert refused.value.rule is Rule.BAD_JOB


def test_a_job_is_no_longer_than_it_may_be() -> None:
    """Eight mebibytes, to the byte."""
    data = json.dumps(GOOD).encode()
    filled = data + b" " * (8 * 2**20 - len(data))
    assert Job.from_json(filled) == Job.from_json(data)
    with pytest.raises(ClipRefused, match="too long"):
        Job.from_json(filled + b" ")


@pytest.mark.parametrize("data", [b"", b"[]", b"null", b"{", b"\xff", b"[" * 100_000, b" " * (8 * 2**20 + 1)])
def test_what_is_no_job_is_refused(data: bytes) -> None:
    """Not JSON, not an object, too long."""
    with pytest.raises(ClipRefused, match="bad_job"):
        Job.from_json(data)
