"""The cutter in its own process: bounded, cancelled, believed no more than it must be."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from custom_components.milton_share.processes.child import LINES_MAX, SAID_MAX_BYTES, ChildFailedError, last_line
from custom_components.milton_share.review import cutter
from custom_components.milton_share.review.cutter import CutJob, CutRefused, CutSegment, cut
from custom_components.milton_share.review.cutter_answer import read_answer
from tests.clips.masks import as_home, rectangle
from tests.clips.recordings import START_MS, Recording, numbers_in

if TYPE_CHECKING:
    from collections.abc import Callable

SHA256 = "ab" * 32


@pytest.fixture
def job_for(recorded: dict[str, Recording], tmp_path: Path) -> Callable[..., CutJob]:
    """Return a maker of jobs over the recording with groups of 60."""
    parts = recorded["gop 60"].parts
    ends = [part.from_ms for part in parts[1:]] + [START_MS + 40_000]
    segments = tuple(
        CutSegment(path=part.path, from_ms=part.from_ms, until_ms=end) for part, end in zip(parts, ends, strict=True)
    )

    def make(from_s: float = 2.5, until_s: float = 7.5, **changes: object) -> CutJob:
        job = CutJob(
            segments=segments,
            from_ms=START_MS + int(from_s * 1000),
            until_ms=START_MS + int(until_s * 1000),
            audio=True,
            masks=(),
            out=tmp_path / "clip.mp4",
        )
        return replace(job, **changes)  # type: ignore[arg-type]

    return make


def children() -> set[int]:
    """Return the processes that this one started and that still run."""
    return {int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()}


def files_in(folder: Path) -> list[str]:
    """Return the names of what lies there."""
    return [path.name for path in folder.iterdir()]


async def test_a_clip_comes_with_what_the_manifest_says(
    job_for: Callable[..., CutJob], recorded: dict[str, Recording]
) -> None:
    """Hash, size, frames, sound; progress goes up; the file is the owner's alone."""
    shares: list[float] = []
    job = job_for(until_s=17.5)
    result = await cut(job, on_progress=shares.append)
    data = job.out.read_bytes()
    assert result.clip.sha256 == hashlib.sha256(data).hexdigest()
    assert result.clip.size_bytes == len(data)
    assert job.out.stat().st_mode & 0o777 == 0o600
    assert (result.codec, result.width, result.height, result.audio) == ("h264", 320, 180, "kept")
    assert [frames.kind for frames in result.frames] == ["encoded", "copied"]
    assert result.gaps == ()
    assert result.preview is None
    assert set(result.software) == {"av", "ffmpeg"}
    assert numbers_in(job.out) == recorded["gop 60"].between(job.from_ms, job.until_ms)
    assert shares == sorted(shares)
    assert shares[-1] <= 1


async def test_masks_reach_the_child(job_for: Callable[..., CutJob]) -> None:
    """All of a masked clip is encoded."""
    result = await cut(job_for(masks=(as_home(rectangle(0, 5_000, 5_000, 5_000)),)), on_progress=lambda _: None)
    assert [frames.kind for frames in result.frames] == ["encoded"]


async def test_a_refusal_names_its_rule_and_leaves_nothing(job_for: Callable[..., CutJob], tmp_path: Path) -> None:
    """Nothing was recorded a minute later."""
    with pytest.raises(CutRefused) as refused:
        await cut(job_for(from_s=100, until_s=110), on_progress=lambda _: None)
    assert refused.value.rule == "nothing_recorded"
    assert files_in(tmp_path) == []


async def test_a_file_that_is_there_is_neither_overwritten_nor_removed(
    job_for: Callable[..., CutJob], tmp_path: Path
) -> None:
    """`out` must be new."""
    (tmp_path / "clip.mp4").write_text("something else")
    with pytest.raises(CutRefused):
        await cut(job_for(), on_progress=lambda _: None)
    assert (tmp_path / "clip.mp4").read_text() == "something else"


@pytest.mark.parametrize("times", [1, 3])
async def test_cancelling_kills_the_child(job_for: Callable[..., CutJob], tmp_path: Path, times: int) -> None:
    """In the middle of a cut: no process and no file is left, also where a stop and a page that goes both cancel."""
    before = children()
    started = asyncio.Event()
    job = job_for(from_s=0.5, until_s=39, masks=(as_home(rectangle(0, 0, 10, 10)),))
    task = asyncio.create_task(cut(job, on_progress=lambda _: started.set()))
    async with asyncio.timeout(30):
        await started.wait()
    assert children() != before
    for _ in range(times):
        task.cancel()
        await asyncio.sleep(0)
    with pytest.raises(asyncio.CancelledError):
        await task
    assert children() == before
    assert files_in(tmp_path) == []


async def test_the_child_inherits_no_secret(
    job_for: Callable[..., CutJob], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Its environment is three plain settings; a module path in ours would otherwise run code in it."""
    (tmp_path / "evil").mkdir()
    (tmp_path / "evil" / "av.py").write_text("raise SystemExit('code from the environment')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "evil"))
    monkeypatch.setenv("SUPERVISOR_TOKEN", "secret")
    seen: list[bytes] = []

    def look(_: float) -> None:
        for pid in children():
            environment = Path(f"/proc/{pid}/environ").read_bytes()
            if b"MALLOC_ARENA_MAX" in environment:
                seen.append(environment)

    await cut(job_for(from_s=0.5, until_s=30), on_progress=look)
    assert seen
    assert not any(b"SUPERVISOR_TOKEN" in environment or b"PYTHONPATH" in environment for environment in seen)


@pytest.mark.parametrize(
    ("program", "detail"),
    [
        ("import sys; sys.stdout.write('x' * 6_000_000); sys.stdout.flush()", "a line that is too long"),
        ("import sys; sys.stderr.write('noise' * 2_000_000 + 'the cause'); sys.exit(3)", "exit 3: .*noisethe cause$"),
    ],
    ids=["an endless line", "endless complaints"],
)
async def test_a_child_that_talks_without_end_fills_no_memory(
    job_for: Callable[..., CutJob], monkeypatch: pytest.MonkeyPatch, program: str, detail: str
) -> None:
    """It read hostile files: what it writes is bounded, and the clip is refused."""
    monkeypatch.setattr(cutter, "PROGRAM", program)
    before = children()
    with pytest.raises(CutRefused, match=detail) as refused:
        await cut(job_for(), on_progress=lambda _: None)
    assert refused.value.rule == "cut_failed"
    assert len(refused.value.detail) < 3_000
    assert children() == before


RANGE = {"from_ms": 1, "until_ms": 9, "first_frame_ms": 2, "last_frame_ms": 8, "stored_ms": 0, "gaps": []}


@pytest.mark.parametrize("name", ["SIGSEGV", "SIGABRT", "SIGBUS", "SIGFPE"])
async def test_a_crash_of_a_library_ends_only_the_child(
    name: str, job_for: Callable[..., CutJob], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Home Assistant goes on; what was written so far is taken away, and the owner reads that it could not be cut."""
    job = job_for()
    half = f"import os, signal; open({str(job.out)!r}, 'wb').write(b'half'); os.kill(os.getpid(), signal.{name})"
    monkeypatch.setattr(cutter, "PROGRAM", half)
    with pytest.raises(CutRefused, match=name) as refused:
        await cut(job, on_progress=lambda _: None)
    assert refused.value.rule == "cut_failed"
    assert files_in(tmp_path) == []


async def test_a_child_that_talks_on_and_on_is_ended(
    job_for: Callable[..., CutJob], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Each line costs Home Assistant's loop some time, and it may run for hours."""
    said: list[float] = []
    talk = "import sys\nwhile True: sys.stdout.write('{\"progress\":0.5}\\n')"
    monkeypatch.setattr(cutter, "PROGRAM", talk)
    with pytest.raises(CutRefused, match="more lines"):
        await cut(job_for(), on_progress=said.append)
    assert len(said) == LINES_MAX
    assert files_in(tmp_path) == []


@pytest.mark.parametrize(
    ("talk", "detail"),
    [
        ("import os\nwhile True: os.write(2, b'x' * 65536)", "more complaints"),
        ("import os\nwhile True: os.write(1, b'x' * 65535 + b'\\n')", "more lines"),
    ],
    ids=["complaints", "long lines"],
)
async def test_a_child_that_pours_out_bytes_is_ended(
    job_for: Callable[..., CutJob], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, talk: str, detail: str
) -> None:
    """Home Assistant's loop has every byte to read: three quarters of a core for as long as the child may run."""
    said = 0

    def count(line: bytes) -> None:
        nonlocal said
        said += len(line)

    before = children()
    with pytest.raises(ChildFailedError, match=detail):
        await last_line(talk, b"", 60, count)
    assert said <= SAID_MAX_BYTES
    monkeypatch.setattr(cutter, "PROGRAM", talk)
    with pytest.raises(CutRefused, match=detail):
        await cut(job_for(), on_progress=lambda _: None)
    assert children() == before
    assert files_in(tmp_path) == []


async def test_a_child_that_answers_something_else_than_it_was_asked_makes_no_clip(
    job_for: Callable[..., CutJob], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What the approver chose is what the manifest says."""
    job = job_for()
    clip = {"path": str(job.out), "sha256": SHA256, "size_bytes": 1}
    monkeypatch.setattr(cutter, "PROGRAM", f"open({str(job.out)!r}, 'wb'); print({answer(clip=clip).decode()!r})")
    with pytest.raises(CutRefused, match="other ranges"):
        await cut(job, on_progress=lambda _: None)
    assert files_in(tmp_path) == []


def answer(**changes: object) -> bytes:
    """Return a good result line with changes."""
    result: dict[str, object] = {
        "clip": {"path": "/c.mp4", "sha256": SHA256, "size_bytes": 1},
        "preview": None,
        "codec": "h264",
        "width": 1,
        "height": 1,
        "ranges": [RANGE],
        "frames": [{"first": 0, "count": 1, "kind": "copied", "slices_sha256": SHA256}],
        "audio": "kept",
        "software": {},
        "resized_ms": [4],
    }
    return json.dumps({"result": {**result, **changes}}).encode()


def test_a_good_answer_is_read() -> None:
    """The base of the wrong ones below."""
    result = read_answer(answer(), Path("/c.mp4"))
    assert (result.clip.sha256, result.resized_ms) == (SHA256, (4,))


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"[]",
        b"[" * 100_000,
        b'{"result":null}',
        b'{"refused":"No such rule"}',
        answer(clip={"path": "/other.mp4", "sha256": SHA256, "size_bytes": 1}),
        answer(clip={"path": "/c.mp4", "sha256": "AB" * 32, "size_bytes": 1}),
        answer(clip={"path": "/c.mp4", "sha256": SHA256, "size_bytes": -1}),
        answer(preview={"path": "/c.mp4", "sha256": SHA256, "size_bytes": 1}),
        answer(frames=[{"first": 0, "count": 1, "kind": "copied", "slices_sha256": None}]),
        answer(frames=[{"first": 0, "count": 1, "kind": "made up", "slices_sha256": None}]),
        answer(ranges=[RANGE] * 17),
        answer(ranges=[{**RANGE, "stored_ms": -1}]),
        answer(resized_ms=[1] * 17),
        answer(resized_ms=["1"]),
        answer(resized_ms={}),
        answer(ranges=[{**RANGE, "gaps": [{"from_ms": 0, "until_ms": 1}] * 1_001}]),
        answer(audio="perhaps"),
        answer(width=True),
        answer(codec=5),
        answer(software=[]),
    ],
)
def test_a_wrong_answer_is_not_believed(line: bytes) -> None:
    """The child read hostile files; what it says is parsed like anything from outside."""
    with pytest.raises(CutRefused) as refused:
        read_answer(line, Path("/c.mp4"))
    assert refused.value.rule == "cut_failed"


def test_a_refusal_is_read() -> None:
    """With its detail, for the log."""
    with pytest.raises(CutRefused, match="unapproved_frames: two") as refused:
        read_answer(b'{"refused":"unapproved_frames","detail":"two"}', Path("/c.mp4"))
    assert refused.value.rule == "unapproved_frames"
