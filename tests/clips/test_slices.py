"""What a manifest says of copied pictures, reckoned from the recording by the protocol's page, not by the cutter."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import av
import pytest

from custom_components.milton_share.clips.make import make_clip
from custom_components.milton_share.clips.plan.ledger import Ledger
from tests.clips.jobs import job_of
from tests.clips.recordings import FPS, START_MS, Recording

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

GROUP = 60
SLICES = {1, 5}  # of an IDR picture, and of any other: ITU-T H.264, table 7-1


def slices_of(path: Path) -> Iterator[bytes]:
    """Yield each picture's slices as they are stored, each after its length in four bytes."""
    with av.open(str(path), format="mov") as film:
        for packet in film.demux(film.streams.video[0]):
            data, found = bytes(packet), b""
            while data:
                end = 4 + int.from_bytes(data[:4])
                found += data[:end] if data[4] & 31 in SLICES else b""
                data = data[end:]
            if found:
                yield found


def test_the_digest_of_copied_pictures_is_that_of_the_recording_s_own_slices(
    recorded: dict[str, Recording], tmp_path: Path
) -> None:
    """The head of the first group is encoded and has none; the next group is copied up to the range's end."""
    recording = recorded["gop 60"]
    job = job_of(recording, START_MS + 2_500, START_MS + 5_500, tmp_path / "clip.mp4")
    numbers = recording.between(job.from_ms, job.until_ms)
    encoded, copied = make_clip(job, lambda _: None).frames
    stored = list(slices_of(recording.parts[0].path))
    assert len(stored) == 8 * FPS
    own = hashlib.sha256(b"".join(stored[GROUP : numbers[-1] + 1])).hexdigest()
    assert (copied.first, copied.count, copied.kind, copied.slices_sha256) == (
        GROUP - numbers[0],
        numbers[-1] + 1 - GROUP,
        "copied",
        own,
    )
    assert (encoded.first, encoded.count, encoded.kind, encoded.slices_sha256) == (
        0,
        GROUP - numbers[0],
        "encoded",
        None,
    )


@pytest.mark.parametrize("ways", ["", "c", "e", "ccc", "cec", "eccee"])
def test_a_ledger_adds_up_runs_of_one_kind(ways: str) -> None:
    """Each with its first picture, its count, and the digest of its own slices alone."""
    ledger, expected = Ledger(), []
    for number, way in enumerate(ways):
        slices = [bytes([number]), b"more"]
        ledger.copied(slices) if way == "c" else ledger.encoded()
        if not number or ways[number - 1] != way:
            expected.append([number, 0, "copied" if way == "c" else "encoded", b""])
        expected[-1][1] += 1
        expected[-1][3] += b"\0\0\0\1" + slices[0] + b"\0\0\0\4more"
    assert [(run.first, run.count, run.kind, run.slices_sha256) for run in ledger.ranges()] == [
        (first, count, kind, hashlib.sha256(data).hexdigest() if kind == "copied" else None)
        for first, count, kind, data in expected
    ]
    assert ledger.ranges() == ledger.ranges()
