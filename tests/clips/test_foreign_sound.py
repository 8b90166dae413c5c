"""Sound that is encrypted, or described anew in the middle: a copy of it would be noise."""

from __future__ import annotations

import struct
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from custom_components.milton_share.clips.make import make_clip
from custom_components.milton_share.clips.refusal import ClipRefused, CutRule
from tests.clips.exact import check_clip, plays_without_a_word
from tests.clips.hostile import box
from tests.clips.jobs import job_of
from tests.clips.kinds import AAC, KINDS, film, h264
from tests.clips.recordings import FPS, START_MS, Part, Recording, run
from tests.fuzz.film_bending import boxes

if TYPE_CHECKING:
    from pathlib import Path

SECONDS, KEY = 4, "76a6c65c5ea762046bd749a2e632ccbb"
SOUND = 1  # the second track


@pytest.mark.parametrize("how", ["encrypted", "described anew"])
def test_sound_that_would_be_noise_is_refused_and_never_in_the_way_of_the_pictures(how: str, tmp_path: Path) -> None:
    """By the rule that offers to go on without it; then it counts as removed."""
    path = tmp_path / "film.mp4"
    film(path, h264(15), AAC, seconds=SECONDS)
    path.write_bytes(encrypted(path) if how == "encrypted" else described_anew(path.read_bytes()))
    recording = Recording(parts=(Part(path=path, first=0),), numbers=tuple(range(SECONDS * FPS)))
    job = job_of(recording, START_MS + 510, START_MS + 3_490, tmp_path / "clip.mp4")
    with pytest.raises(ClipRefused) as refused:
        make_clip(job, lambda _: None)
    assert refused.value.rule is CutRule.SOUND_UNDECODABLE
    assert make_clip(replace(job, audio=False), lambda _: None).audio == "removed"
    check_clip(job.out, recording, job.from_ms, job.until_ms, replace(KINDS["fragmented MP4"], sound=False))
    plays_without_a_word(job.out)


def encrypted(path: Path) -> bytes:
    """Return the film with its pictures as they are, its sound encrypted (ISO/IEC 23001-7)."""
    hidden = path.with_name("hidden.mp4")
    scheme = ["-encryption_scheme", "cenc-aes-ctr", "-encryption_key", KEY, "-encryption_kid", KEY]
    run(["ffmpeg", "-v", "error", "-nostdin", "-i", str(path), "-c", "copy", *scheme, str(hidden)])
    plain, other = path.read_bytes(), hidden.read_bytes()
    head, media = body(plain, b"ftyp"), body(plain, b"mdat")
    pictures, sound = tracks(plain)[0], tracks(other)[SOUND]
    pictures = moved(pictures, len(head) + 16 - plain.index(media))
    sound = moved(sound, len(head) + 16 + len(media) + 8 - other.index(body(other, b"mdat")))
    index = box(b"moov", box(b"mvhd", body(plain, b"mvhd")) + pictures + sound)
    return box(b"ftyp", head) + box(b"mdat", media) + box(b"mdat", body(other, b"mdat")) + index


def described_anew(data: bytes) -> bytes:
    """Return the film with its sound described once more, and by that from its second half on."""
    stsd, end = [(start, end) for kind, start, end in boxes(data) if kind == b"stsd"][SOUND]
    stsc, stop = [(start, end) for kind, start, end in boxes(data) if kind == b"stsc"][SOUND]
    rows = list(struct.iter_unpack(">III", data[stsc + 16 : stop]))
    half = rows[len(rows) // 2][0]
    again = [(first, count, 1 + (first >= half)) for first, count, _ in rows]
    entry = data[stsd + 16 : end]
    other = entry.replace(b"\x14\x08\x56\xe5\x00", b"\x14\x10\x56\xe5\x00")  # of two channels
    assert other != entry
    made = bytearray(
        data[:stsc]
        + box(b"stsc", struct.pack(">II", 0, len(again)) + b"".join(struct.pack(">III", *row) for row in again))
        + data[stop:]
    )
    made[stsd:end] = box(b"stsd", struct.pack(">II", 0, 2) + entry + other)
    for _, start, until in boxes(data):
        if start < stsd and end <= until:
            made[start : start + 4] = (until - start + len(other)).to_bytes(4)
    return bytes(made)


def body(data: bytes, kind: bytes) -> bytes:
    """Return the content of the first box of a kind."""
    return next(data[start + 8 : end] for name, start, end in boxes(data) if name == kind)


def tracks(data: bytes) -> list[bytes]:
    """Return the tracks' boxes."""
    return [data[start:end] for name, start, end in boxes(data) if name == b"trak"]


def moved(track: bytes, by: int) -> bytes:
    """Return a track whose media lie elsewhere."""
    start, end = next((start, end) for name, start, end in boxes(track) if name == b"stco")
    places = (place + by for (place,) in struct.iter_unpack(">I", track[start + 16 : end]))
    return track[: start + 16] + b"".join(place.to_bytes(4) for place in places) + track[end:]
