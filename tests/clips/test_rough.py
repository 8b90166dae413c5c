"""The small pictures of recordings that nothing was cut of yet: of their moments, few, small, and nothing else."""

from __future__ import annotations

import base64
import json
import subprocess
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

import pytest

from custom_components.milton_share.clips.pictures import rough
from custom_components.milton_share.clips.pictures.model import ROUGH_MAX, ROUGH_MAX_BYTES, RoughJob, WantedPictures
from custom_components.milton_share.clips.pictures.program import answer
from custom_components.milton_share.clips.pictures.rough import WIDTH_PX, pictures
from custom_components.milton_share.clips.refusal import CutRule
from custom_components.milton_share.review.thumbnails import LIMITS
from tests.clips.recordings import FPS, START_MS, Part, Recording, record
from tests.clips.test_stills import CODES, JPEG_APPS, JPEG_COMMENT, number_in, opened

if TYPE_CHECKING:
    from pathlib import Path

SECONDS, KEYS_MS = 24, 2_000
REORDERED_MS = 200  # files are searched by when a picture is decoded


@pytest.fixture(scope="module", params=["h264", pytest.param("hevc", marks=pytest.mark.long), "ts"])
def recording(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Recording:
    """Film some files, a key picture each two seconds."""
    kind: str = request.param
    made = record(tmp_path_factory.mktemp(kind) / "r", seconds=SECONDS, video=CODES.get(kind, CODES["h264"]))
    return replace(made, parts=tuple(map(in_transport_stream, made.parts))) if kind == "ts" else made


def in_transport_stream(part: Part) -> Part:
    """Write the same packets as another container has them, that begins elsewhere than at 0."""
    path = part.path.with_suffix(".ts")
    subprocess.run(["ffmpeg", "-v", "error", "-i", str(part.path), "-c", "copy", str(path)], check=True)
    return replace(part, path=path)


def job_of(recording: Recording, *moments: int, from_ms: int = START_MS, until_ms: int = START_MS + 10**9) -> RoughJob:
    """Ask for moments, in ms after the start, in the file that has each."""
    begins = [round(part.from_ms) for part in recording.parts]
    files = tuple(
        WantedPictures(
            path=part.path,
            from_ms=begin,
            at_ms=tuple(START_MS + at for at in moments if begin <= START_MS + at < end),
        )
        for part, begin, end in zip(recording.parts, begins, [*begins[1:], 2**60], strict=True)
    )
    return RoughJob(files=files, from_ms=from_ms, until_ms=until_ms)


def test_each_picture_is_the_key_picture_of_its_time(recording: Recording) -> None:
    """What stands in its pixels is the number of the frame that was filmed then; no wider than a tile."""
    moments = (0, 3_100, 9_000, 11_000, 23_500)
    found = pictures(job_of(recording, *moments))
    assert len(found) == len(moments)
    for picture, moment in zip(found, moments, strict=True):
        assert -REORDERED_MS <= START_MS + moment - picture.at_ms <= KEYS_MS
        shown = opened(picture.jpeg)
        assert shown.width <= WIDTH_PX
        assert number_in(shown) == round((picture.at_ms - START_MS) * FPS / 1000)
        assert len(picture.jpeg) <= ROUGH_MAX_BYTES


def test_nothing_outside_of_the_time_asked_for_is_shown(recording: Recording) -> None:
    """The key picture before the range's beginning is passed over for the next; after its end there is none."""
    (found,) = pictures(job_of(recording, 3_100, from_ms=START_MS + 3_000, until_ms=START_MS + 5_000))
    assert found.at_ms >= START_MS + 3_000
    assert number_in(opened(found.jpeg)) == round((found.at_ms - START_MS) * FPS / 1000)
    assert pictures(job_of(recording, 3_100, from_ms=START_MS + 3_000, until_ms=START_MS + 3_200)) == []


def test_there_are_no_more_than_a_page_shows_and_none_twice(recording: Recording) -> None:
    """Whatever is asked for."""
    found = pictures(job_of(recording, *range(0, 24_000, 100)))
    times = [one.at_ms for one in found]
    assert times == sorted(set(times))
    assert len(times) <= min(ROUGH_MAX, SECONDS * 1000 // KEYS_MS + 2)


def test_no_picture_has_any_metadata(recording: Recording) -> None:
    """As the pictures of a clip."""
    (found,) = pictures(job_of(recording, 3_100))
    head = found.jpeg[: found.jpeg.index(b"\xff\xda")]
    assert JPEG_COMMENT not in head
    assert not any(app in head for app in JPEG_APPS)
    assert b"Lavc" not in found.jpeg


def test_a_file_that_is_none_a_script_or_is_gone_costs_no_other_its_picture(
    recording: Recording, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor does sound alone, or a codec that is not cut; and one without a key picture within reach has none."""
    script, sound, other = (tmp_path / name for name in ("script.mp4", "sound.mp4", "other.mkv"))
    script.write_text("ffconcat version 1.0\nfile /etc/passwd\n")
    for path, scene in ((sound, "sine=duration=2"), (other, "testsrc2=size=160x120:rate=10:duration=2")):
        coding = ["-c:v", "png"] if path is other else []
        subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", scene, *coding, str(path)], check=True)
    job = job_of(recording, 3_100)
    paths = (script, tmp_path / "gone.mp4", sound, other)
    bad = tuple(WantedPictures(path=path, from_ms=START_MS, at_ms=(START_MS,)) for path in paths)
    far = replace(job.files[0], from_ms=START_MS - 10**30, at_ms=(START_MS,))  # as stamps at the end of all numbers
    assert len(pictures(RoughJob(files=(*bad, far, *job.files), from_ms=job.from_ms, until_ms=job.until_ms))) == 1
    monkeypatch.setattr(rough, "PACKETS_MAX", 0)
    assert pictures(job) == []


def test_a_job_is_answered_by_pictures_or_a_rule(recording: Recording) -> None:
    """The limits are put on before anything is opened."""
    applied: list[object] = []
    job = asdict(job_of(recording, 3_100)) | {"limits": {**LIMITS, "cpu_s": 60}}
    data = json.dumps(job, default=str).encode()
    said = answer(data, applied.append)
    assert isinstance(said["rough"], list)
    assert base64.b64decode(said["rough"][0]["jpeg"]).startswith(b"\xff\xd8\xff")
    assert [getattr(one, "cpu_s", None) for one in applied] == [60]
    for broken in (b"", b"[]", b"{}", json.dumps(job | {"limits": {"x": 1}}, default=str).encode()):
        assert answer(broken) == {"refused": CutRule.BAD_JOB}

    def full(_limits: object) -> None:
        raise MemoryError

    assert answer(data, full) == {"refused": CutRule.OUT_OF_MEMORY}
