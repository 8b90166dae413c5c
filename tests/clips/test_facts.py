"""What a whole file is, by the child's own words: for files that somebody brings."""

from __future__ import annotations

import errno
import json
from typing import TYPE_CHECKING

import av
import pytest

from custom_components.milton_share.clips.read import facts
from custom_components.milton_share.clips.read.facts import answer, facts_of
from custom_components.milton_share.clips.read.recording import open_recording
from custom_components.milton_share.clips.refusal import ClipRefused
from custom_components.milton_share.sources.upload.facts import LIMITS, read_facts
from tests.clips.kinds import record_kind
from tests.clips.recordings import filmed

if TYPE_CHECKING:
    from pathlib import Path

    from custom_components.milton_share.clips.job import Limits

QUIET = {"libx264": (), "libx265": ("-x265-params", "log-level=none")}


def made(path: Path, *arguments: str, source: str = "testsrc2=size=160x120:rate=10:duration=3") -> Path:
    """Make a film of an ffmpeg source."""
    filmed(["ffmpeg", "-v", "error", "-nostdin", "-f", "lavfi", "-i", source, *arguments, str(path)], path)
    return path


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """Return three seconds that say when they were filmed, as a phone writes it."""
    tag = "com.apple.quicktime.creationdate=2026-11-10T02:10:00-0500"
    return made(
        tmp_path / "film.mov", "-c:v", "libx264", "-bf", "0", "-movflags", "use_metadata_tags", "-metadata", tag
    )


def job_for(path: Path, picture: Path, **changes: object) -> bytes:
    """Return the child's job."""
    return json.dumps({"path": str(path), "picture": str(picture), "limits": LIMITS, **changes}).encode()


def test_the_host_reads_what_the_child_says(film: Path, tmp_path: Path) -> None:
    """Limits are put on before the file is opened."""
    limited: list[Limits] = []
    found = read_facts(json.dumps(answer(job_for(film, tmp_path / "p.jpg"), limited.append)).encode())
    assert (found.length_s, found.width, found.codec, found.sound) == (pytest.approx(3.0), 160, "h264", False)
    assert found.tags == {"com.apple.quicktime.creationdate": "2026-11-10T02:10:00-0500"}
    assert (tmp_path / "p.jpg").read_bytes()[:2] == b"\xff\xd8"
    assert limited[0].cpu_s == LIMITS["cpu_s"]


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"{}", b"\xff", b'{"path":1}', b'{"path":"/a","picture":"/b","limits":{"x":1}}']
)
def test_a_job_that_is_none_is_refused(data: bytes) -> None:
    """Before anything is opened."""
    assert answer(data, lambda _: None) == {"refused": "bad_job"}


@pytest.mark.parametrize(
    ("error", "rule"),
    [(MemoryError(), "out_of_memory"), (OSError(errno.EIO, "broken"), "unreadable_segment")],
    ids=["memory", "broken disk"],
)
def test_what_fails_is_said_by_a_rule(film: Path, tmp_path: Path, error: Exception, rule: str) -> None:
    """Whatever it is."""

    def fail(_: Limits) -> None:
        raise error

    assert answer(job_for(film, tmp_path / "p.jpg"), fail) == {"refused": rule}


def test_sound_alone_is_no_film(tmp_path: Path) -> None:
    """Nor is a file that holds no picture at all."""
    path = made(tmp_path / "sound.mp4", "-c:a", "aac", source="sine=duration=2")
    with pytest.raises(ClipRefused, match="unreadable_segment"):
        facts_of(path, tmp_path / "p.jpg")
    assert answer(job_for(path, tmp_path / "p.jpg"), lambda _: None) == {"refused": "unreadable_segment"}


@pytest.mark.parametrize("codec", ["png", "mpeg4", "ffv1"])
def test_pictures_in_a_codec_that_is_not_cut_reach_no_decoder(codec: str, tmp_path: Path) -> None:
    """It is said when the file is added, not when it is cut; and none is looked at."""
    path = made(tmp_path / "film.mkv", "-c:v", codec)
    assert answer(job_for(path, tmp_path / "p.jpg"), lambda _: None) == {"refused": "unreadable_segment"}
    assert not (tmp_path / "p.jpg").exists()
    with open_recording(path) as container:
        assert container.streams.video[0].codec_context.pix_fmt is None  # only a decoder would know it


def test_pictures_that_can_not_be_decoded_are_no_film(tmp_path: Path) -> None:
    """An index that is whole, over nothing but noise."""
    path = made(tmp_path / "film.mp4", "-c:v", "libx264", "-bf", "0", "-movflags", "+faststart")
    data = bytearray(path.read_bytes())
    at = data.index(b"mdat") + 4
    data[at:] = b"\0\0\0\1" * ((len(data) - at) // 4 + 1)
    path.write_bytes(bytes(data))
    with pytest.raises((ClipRefused, av.error.FFmpegError)):
        facts_of(path, tmp_path / "p.jpg")
    assert answer(job_for(path, tmp_path / "p.jpg"), lambda _: None)["refused"] in {"undecodable", "unreadable_segment"}


def test_a_file_that_begins_in_the_middle_of_a_group_has_a_picture(tmp_path: Path) -> None:
    """As transport streams of dash cams do; its time begins with what can be shown."""
    whole = made(tmp_path / "whole.ts", "-c:v", "libx264", "-g", "10", "-bf", "0")
    cut = whole.read_bytes()
    path = tmp_path / "cut.ts"
    path.write_bytes(cut[188 * 20 :])
    ends_s = facts_of(whole, tmp_path / "whole.jpg").start_s + 3
    found = facts_of(path, tmp_path / "p.jpg")
    with av.open(str(path)) as container:
        shown_s = next(container.decode(video=0)).time
    assert found.start_s == pytest.approx(shown_s)
    assert found.start_s + found.length_s == pytest.approx(ends_s)
    assert found.length_s == pytest.approx(2)  # the second group and the third


@pytest.mark.parametrize(("suffix", "length_s"), [("mkv", 0.1), ("ts", 1 / 15)])
def test_one_picture_is_as_long_as_it_stands(suffix: str, length_s: float, tmp_path: Path) -> None:
    """By its own word: a tenth of a second of ten a second. A transport stream says it by the next one only."""
    path = made(tmp_path / f"one.{suffix}", "-frames:v", "1", "-c:v", "libx264", "-bf", "0")
    assert facts_of(path, tmp_path / "p.jpg").length_s == pytest.approx(length_s, abs=0.01)


@pytest.mark.parametrize("codec", ["libx264", "libx265"])
@pytest.mark.parametrize("suffix", ["mp4", "ts", "mkv"])
def test_a_film_of_pictures_that_a_decoder_keeps_back_has_one_to_show(codec: str, suffix: str, tmp_path: Path) -> None:
    """Two that may be reordered come out when the file ends."""
    path = made(tmp_path / f"film.{suffix}", "-frames:v", "2", "-c:v", codec, "-bf", "2", *QUIET[codec])
    assert facts_of(path, tmp_path / "p.jpg").length_s == pytest.approx(0.2, abs=0.002)


def test_a_film_longer_than_any_request_is_refused(film: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit only is made smaller here."""
    monkeypatch.setattr(facts, "LENGTH_MAX_S", 2)
    with pytest.raises(ClipRefused, match="no length, or too long"):
        facts_of(film, tmp_path / "p.jpg")


def test_many_pictures_are_read_up_to_a_limit(film: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is beyond is not part of the film."""
    monkeypatch.setattr(facts, "FRAMES_MAX", 9)
    assert facts_of(film, tmp_path / "p.jpg").length_s == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("kind", "length_s"), [("TS, some times missing", 12), ("TS, times begin anew", 12), ("MKV, reordered, Opus", 12)]
)
def test_times_that_are_missing_or_begin_anew_make_no_other_length(kind: str, length_s: int, tmp_path: Path) -> None:
    """What a file counts anew goes on without a gap, and it is said where that is."""
    recording = record_kind(kind, tmp_path)
    found = facts_of(recording.parts[0].path, tmp_path / "picture.jpg")
    assert found.length_s == pytest.approx(length_s, abs=0.01)
    assert found.gaps == ()
    assert [at - found.start_s for at in found.anew] == pytest.approx([6] if kind == "TS, times begin anew" else [])


def test_a_wrap_in_the_middle_is_no_gap(tmp_path: Path) -> None:
    """A transport stream whose 33 bits end two seconds after its beginning."""
    recording = record_kind("TS, in pieces, times wrap", tmp_path)
    lengths = [facts_of(part.path, tmp_path / f"{index}.jpg").length_s for index, part in enumerate(recording.parts)]
    assert sum(lengths) == pytest.approx(12, abs=0.01)
