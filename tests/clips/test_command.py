"""The cutter at a shell, as real processes: what a person types, reads, and can rely on."""

from __future__ import annotations

import hashlib
import json
import os
import resource
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from custom_components.milton_share.clips.job import Limits
from custom_components.milton_share.clips.limits import NICE
from custom_components.milton_share.shared.milton_protocol import dsse
from custom_components.milton_share.shared.milton_protocol.messages.shares.manifest import Manifest
from custom_components.milton_share.shared.milton_protocol.messages.shares.manifest_parts import (
    AudioEdit,
    Camera,
    ClockMethod,
    ClockReading,
    Edits,
    FrameKind,
    FrameRange,
    Segment,
)
from custom_components.milton_share.shared.milton_protocol.messages.shares.ranges import StoredRange
from tests.clips.recordings import START_MS, Recording, numbers_in, run

if TYPE_CHECKING:
    from collections.abc import Sequence

CLIPS = Path(__file__).parents[2] / "custom_components" / "milton_share" / "clips"
GOOD, DIFFERS, WRONG_CALL, REFUSED = range(4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a command said, and how it ended."""

    status: int
    value: dict[str, Any]
    words: str


def clips(*arguments: str | Path) -> Answer:
    """Run the cutter's folder as a program, with nothing of this project on its path."""
    command = [sys.executable, "-I", str(CLIPS), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, check=False)
    return Answer(
        status=done.returncode, value=json.loads(done.stdout) if done.stdout else {}, words=done.stderr.decode()
    )


def moment(ms: float) -> datetime:
    """Return a time of the recordings."""
    return datetime.fromtimestamp(round(ms) / 1000, UTC)


def at(after_ms: float) -> str:
    """Return a time after the recording's start, as one types it."""
    return moment(START_MS + after_ms).isoformat().replace("+00:00", "Z")


def sources(recording: Recording) -> list[str]:
    """Return the recording's files with their times, as one types them."""
    return [f"{part.path}@{moment(part.from_ms).isoformat()}" for part in recording.parts]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exhibit:
    """What an expert is given."""

    manifest: Path
    clip: Path
    kept: list[Path]
    statement: Manifest


def manifest_of(answer: Answer, recording: Recording) -> Manifest:
    """Return the manifest that a home would sign of what the command made."""
    result = answer.value["result"]
    ends = [part.from_ms for part in recording.parts[1:]] + [recording.parts[-1].from_ms + 8_000]
    return Manifest(
        clip_sha256=result["clip"]["sha256"],
        share_id="2" * 32,
        request_id="3" * 64,
        recipients_sha256="4" * 64,
        camera=Camera(label="Camera 1", view=None),
        ranges=tuple(
            StoredRange(
                from_=moment(part["from_ms"]),
                until=moment(part["until_ms"]),
                first_frame=moment(part["first_frame_ms"]),
                stored_ms=part["stored_ms"],
            )
            for part in result["ranges"]
        ),
        clock=ClockReading(offset_ms=0, uncertainty_ms=100, method=ClockMethod.RTCP, was_put=False),
        gaps=(),
        edits=Edits(audio=AudioEdit(result["audio"]), masks=()),
        segments=tuple(
            Segment(
                sha256=hashlib.sha256(part.path.read_bytes()).hexdigest(), from_=moment(part.from_ms), until=moment(end)
            )
            for part, end in zip(recording.parts, ends, strict=True)
        ),
        frames=tuple(
            FrameRange(
                first=each["first"],
                count=each["count"],
                kind=FrameKind(each["kind"]),
                slices_sha256=each["slices_sha256"],
            )
            for each in result["frames"]
        ),
        preview_sha256=None,
        software=result["software"],
        sources_kept_until=None,
        named=False,
        test_card=False,
    )


@pytest.fixture(scope="module")
def exhibit(recorded: dict[str, Recording], tmp_path_factory: pytest.TempPathFactory) -> Exhibit:
    """Cut two ranges by hand, sign the manifest, keep the recordings."""
    folder = tmp_path_factory.mktemp("exhibit")
    recording = recorded["gop 60"]
    answer = clips(
        *("cut", "--audio", "--from", at(1_000), "--until", at(9_000), "--further", f"{at(18_000)}/{at(22_000)}"),
        *("--out", folder / "clip.mp4", *sources(recording)),
    )
    assert answer.status == GOOD, answer.words
    kept = [Path(shutil.copy(part.path, folder)) for part in recording.parts]
    statement = manifest_of(answer, recording)
    envelope = folder / "manifest.json"
    envelope.write_bytes(dsse.sign(Manifest.PAYLOAD_TYPE, statement.to_bytes(), [Ed25519PrivateKey.generate()]))
    return Exhibit(manifest=envelope, clip=folder / "clip.mp4", kept=kept, statement=statement)


def test_cut_makes_the_exact_clip_and_says_what_it_is(recorded: dict[str, Recording], tmp_path: Path) -> None:
    """Times as a person types them; JSON for programs, words for people; the files in any order."""
    recording = recorded["gop 60"]
    answer = clips(
        *("cut", "--from", at(2_500), "--until", at(7_500), "--mask", "0,5000,2500,2500"),
        *(
            "--mask",
            json.dumps({"keys": [{"at": at(0), "corners": [[9_000, 9_000], [10_000, 9_000], [9_500, 10_000]]}]}),
        ),
        *("--out", tmp_path / "clip.mp4", *reversed(sources(recording))),
    )
    assert answer.status == GOOD, answer.words
    assert answer.value["result"]["audio"] == "removed"
    assert "0 frames copied, 75 encoded; sound removed" in answer.words
    assert "No picture" not in answer.words
    assert numbers_in(tmp_path / "clip.mp4") == recording.between(START_MS + 2_500, START_MS + 7_500)


def test_cut_says_what_is_missing_and_refuses_what_is_nowhere(recorded: dict[str, Recording], tmp_path: Path) -> None:
    """A gap is stated; a range before all recordings is refused, and leaves no file."""
    recording = recorded["missing segment"]
    answer = clips(
        *("cut", "--from", at(14_000), "--until", at(17_000), "--further", f"{at(18_000)}/{at(20_000)}"),
        *("--out", tmp_path / "clip.mp4", *sources(recording)),
    )
    assert f"No picture from {moment(START_MS + 16_000).isoformat(timespec='milliseconds')[:-6]}" in answer.words
    assert "Nothing was recorded from" in answer.words
    none = clips(
        "cut", "--from", at(-9_000), "--until", at(-2_000), "--out", tmp_path / "none.mp4", *sources(recording)
    )
    assert (none.status, none.value["refused"]) == (REFUSED, "nothing_recorded")
    assert not (tmp_path / "none.mp4").exists()


def test_cut_by_hand_is_bounded_as_in_a_home_and_runs_behind_everything_else(
    recorded: dict[str, Recording], tmp_path: Path
) -> None:
    """Memory, CPU time, file size and open files are those of the product; its help says what isn't bounded."""
    home = Limits()
    bounds = {
        resource.RLIMIT_AS: home.memory_bytes,
        resource.RLIMIT_CPU: home.cpu_s,
        resource.RLIMIT_FSIZE: home.file_size_bytes,
        resource.RLIMIT_NOFILE: home.open_files,
    }
    path = recorded["gop 60"].parts[0].path
    long = [f"{path}@{at(8_000 * index)}" for index in range(300)]  # all of it encoded: minutes
    edits = ("--mask", "0,0,2500,2500", "--from", at(0), "--until", at(8_000 * len(long)))
    command = [sys.executable, "-I", str(CLIPS), "cut", *edits, "--out", str(tmp_path / "clip.mp4"), *long]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as cut:
        try:
            until_s = time.monotonic() + 60
            while {kind: resource.prlimit(cut.pid, kind)[0] for kind in bounds} != bounds:
                assert cut.poll() is None
                assert time.monotonic() < until_s
                time.sleep(0.05)
            nice = max(NICE, os.getpriority(os.PRIO_PROCESS, 0))
            assert os.getpriority(os.PRIO_PROCESS, cut.pid) == nice
            assert os.sched_getscheduler(cut.pid) == os.SCHED_BATCH
        finally:
            cut.kill()
    told = subprocess.run([sys.executable, "-I", str(CLIPS), "cut", "--help"], capture_output=True, check=True)
    words = " ".join(told.stdout.decode().split())
    assert f"{home.memory_bytes >> 30} GiB of memory and {home.cpu_s // 3600} h of CPU time" in words
    assert "nothing bounds how long it takes by the clock" in words


def test_cut_by_hand_that_stands_still_ends_and_says_so() -> None:
    """A library that waits for ever, and a second for five minutes; the words name what is left half done."""
    program = (
        "import sys, time; sys.path.append(sys.argv[1]); from clips import limits; from clips.expert import command; "
        "limits.watch.__defaults__ = (1.0,); command.answer = lambda *_: time.sleep(600); "
        "sys.exit(command.main(sys.argv[2:]))"
    )
    asked = ("cut", "--from", at(0), "--until", at(1_000), "--out", "/clip.mp4", f"/a.mp4@{at(0)}")
    command = [sys.executable, "-I", "-c", program, str(CLIPS.parent), *asked]
    done = subprocess.run(command, capture_output=True, timeout=60, check=False)
    assert (done.returncode, json.loads(done.stdout)["refused"]) == (REFUSED, "cut_timed_out"), done.stderr
    assert b"it stood still; /clip.mp4 is unfinished" in done.stderr


@pytest.mark.parametrize(
    "wrong",
    [
        ("cut", "--from", "2026-11-10T07:10:00", "--until", at(1), "--out", "/o.mp4", f"/a@{at(0)}"),
        ("cut", "--from", at(0), "--until", at(1), "--out", "/o.mp4", "/a"),
        ("cut", "--from", at(0), "--until", at(1), "--mask", '{"a":1}', "--out", "/o.mp4", f"/a@{at(0)}"),
        ("cut", "--from", at(0), "--until", at(1), "--mask", "1,2,3", "--out", "/o.mp4", f"/a@{at(0)}"),
        ("compare", "/m"),
        (),
    ],
    ids=str,
)
def test_a_wrong_call_is_told_how_to_call(wrong: Sequence[str]) -> None:
    """Times without a zone, masks that are none, too little: usage, and its own status."""
    answer = clips(*wrong)
    assert answer.status == WRONG_CALL
    assert "usage" in answer.words


def test_check_passes_a_clip_and_refuses_a_file_with_more_in_it(exhibit: Exhibit, tmp_path: Path) -> None:
    """By itself, against its manifest, against another's; and a remux by ffmpeg, which has tags."""
    alone = clips("check", exhibit.clip)
    assert (alone.status, alone.value["frames"], alone.value["audio"]) == (GOOD, 180, True)
    assert "says nothing of which part" in alone.words
    own = clips("check", exhibit.clip, "--manifest", exhibit.manifest)
    assert (own.status, own.value["is_the_manifests"]) == (GOOD, True)
    assert own.value["sha256"] == exhibit.statement.clip_sha256
    other = tmp_path / "other.json"
    other.write_bytes(replace(exhibit.statement, clip_sha256="0" * 64).to_bytes())
    differs = clips("check", exhibit.clip, "--manifest", other)
    assert (differs.status, differs.value["is_the_manifests"]) == (DIFFERS, False)
    other.write_bytes(
        replace(exhibit.statement, clip_sha256="0" * 64, preview_sha256=exhibit.statement.clip_sha256).to_bytes()
    )
    assert "transcode" in clips("check", exhibit.clip, "--manifest", other).words
    tagged = tmp_path / "tagged.mp4"
    run(["ffmpeg", "-v", "error", "-i", str(exhibit.clip), "-c", "copy", "-metadata", "title=x", str(tagged)])
    assert (clips("check", tagged).status, clips("check", tagged).value["refused"]) == (REFUSED, "metadata")


def test_compare_names_the_source_of_each_copied_frame(exhibit: Exhibit) -> None:
    """From key frame on each frame is the recording's own; times agree to the manifest's milliseconds."""
    answer = clips("compare", exhibit.manifest, exhibit.clip, *exhibit.kept)
    assert answer.status == GOOD, answer.words
    assert answer.value["holds"]
    assert answer.value["not_given"] == []
    assert [source["named"] for source in answer.value["sources"]] == [True] * 5
    runs = answer.value["frames"]
    assert [(run["kind"], run["count"], run["source"], run["source_first"]) for run in runs] == [
        ("encoded", 45, None, None),
        ("copied", 60, 0, 60),
        ("copied", 15, 1, 0),
        ("encoded", 30, None, None),
        ("copied", 30, 2, 60),
    ]
    assert all(run["apart_ms"] < 2 for run in runs if run["kind"] == "copied")
    assert "105 of 105 copied frames are bit for bit in the recordings" in answer.words
    assert "signature was not checked" in answer.words


def test_compare_finds_what_is_not_in_the_recordings(exhibit: Exhibit, tmp_path: Path) -> None:
    """A recording that is not given, one that was changed since, one of another camera."""
    one = clips("compare", exhibit.manifest, exhibit.clip, exhibit.kept[0])
    assert (one.status, len(one.value["not_given"])) == (DIFFERS, 4)
    assert "IN NONE of these recordings" in one.words
    assert "60 of 105" in one.words

    changed = [Path(shutil.copy(path, tmp_path)) for path in exhibit.kept]
    data = bytearray(changed[0].read_bytes())
    data[data.index(b"mdat", len(data) // 3) + 1_000] ^= 1  # in the group that was copied
    changed[0].write_bytes(data)
    again = clips("compare", exhibit.manifest, exhibit.clip, *changed)
    assert again.status == DIFFERS
    assert not again.value["sources"][0]["named"]
    assert [run["count"] for run in again.value["frames"] if run["kind"] == "copied" and run["source"] is None] == [1]
    assert "NOT named by the manifest" in again.words


def test_compare_refuses_another_clip_and_what_is_no_manifest(
    exhibit: Exhibit, recorded: dict[str, Recording], tmp_path: Path
) -> None:
    """Slices that are not those of the manifest; a text; a manifest of a clip with other bytes."""
    other = clips(
        *("cut", "--from", at(1_000), "--until", at(9_000), "--out", tmp_path / "o.mp4", *sources(recorded["gop 60"]))
    )
    assert other.status == GOOD
    refused = clips("compare", exhibit.manifest, tmp_path / "o.mp4", *exhibit.kept)
    assert (refused.status, refused.value["refused"]) == (REFUSED, "slices_differ")
    none = clips("compare", exhibit.clip, exhibit.clip, *exhibit.kept)
    assert (none.status, none.value["refused"]) == (REFUSED, "NotAManifestError")
    bare = tmp_path / "bare.json"
    bare.write_bytes(replace(exhibit.statement, clip_sha256="0" * 64).to_bytes())
    differs = clips("compare", bare, exhibit.clip, *exhibit.kept)
    assert (differs.status, differs.value["is_the_clip"]) == (DIFFERS, False)
    assert "DIFFERS" in differs.words
    lost = clips("compare", tmp_path / "nowhere", exhibit.clip, *exhibit.kept)
    assert (lost.status, lost.value["refused"]) == (REFUSED, "FileNotFoundError")


def test_a_recording_that_asks_for_more_memory_than_there_is_is_refused_in_words(
    exhibit: Exhibit, tmp_path: Path
) -> None:
    """It is a library's error, and no traceback is the expert's affair: a picture says that it has 512 MB."""
    film = tmp_path / "film.mp4"
    run(["ffmpeg", "-v", "error", "-nostdin", "-i", str(exhibit.kept[0]), "-c", "copy", str(film)])
    data = bytearray(film.read_bytes())
    third = data.index(b"stsz") + 4 + 12 + 2 * 4
    data[third] = 0x20
    film.write_bytes(data)
    answer = clips("compare", exhibit.manifest, exhibit.clip, film)
    assert (answer.status, answer.value["refused"]) == (REFUSED, "MemoryError"), answer.words
