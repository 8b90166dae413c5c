"""Files that say what is not so, swell when they are read, or point elsewhere: a rule, or an exact clip, in bounds.

All are cut by the real child, which has half a gigabyte of address space and thirty seconds of CPU time.
"""

from __future__ import annotations

import os
import socket
import struct
from pathlib import Path
from typing import TYPE_CHECKING

import av
import ffmpeg
import pytest

from tests.clips.hostile import (
    BROKEN,
    EXACT,
    film,
    frames_in,
    jpeg,
    matroska,
    outcome,
    patched,
    whole,
    zeros,
)
from tests.clips.recordings import FPS, run
from tests.fuzz.film_bending import boxes

if TYPE_CHECKING:
    from collections.abc import Iterator

UNREADABLE = "unreadable_segment"
NAMES = ("segment.mp4", "segment.ts", "segment.mkv")


@pytest.fixture(scope="module")
def filmed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Record once."""
    return film(tmp_path_factory.mktemp("filmed"))


@pytest.fixture
def elsewhere(socket_enabled: None) -> Iterator[tuple[str, socket.socket]]:
    """Listen where a file points to; nobody may come."""
    del socket_enabled
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        yield f"127.0.0.1:{server.getsockname()[1]}", server


def texts(target: Path, place: str) -> dict[str, str]:
    """Return texts that FFmpeg follows by itself."""
    hls = "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\n{}\n#EXT-X-ENDLIST\n"
    segment = '<S t="0" d="4"/>'
    dash = (
        '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" '
        'mediaPresentationDuration="PT4S">'
        '<Period><AdaptationSet mimeType="video/mp4"><Representation id="1" bandwidth="1"><BaseURL>{}</BaseURL>'
        f"<SegmentList><SegmentTimeline>{segment}</SegmentTimeline></SegmentList>"
        "</Representation></AdaptationSet></Period></MPD>"
    )
    return {
        "a script": f"ffconcat version 1.0\nfile '{target}'\n",
        "a playlist of a file": hls.format(target),
        "a playlist of a page": hls.format(f"http://{place}/a.ts"),
        "a playlist of pieces": hls.format(f"concat:{target}|{target}"),
        "a playlist of bytes": hls.format("data:video/mp2t;base64,R0AAEAAA"),
        "a description of a file": dash.format(target),
        "a description of a page": dash.format(f"http://{place}/a.mp4"),
        "a session": f"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video {place[-4:]} RTP/AVP 9",
        "a reference": f"[Reference]\nRef1=http://{place}/a.asf\n",
    }


@pytest.mark.parametrize("kind", sorted(texts(Path("/x"), "127.0.0.1:1")))
def test_a_text_is_never_followed_whatever_its_name(
    kind: str, filmed: dict[str, Path], elsewhere: tuple[str, socket.socket], tmp_path: Path
) -> None:
    """Neither to a recording that is really there, nor to the network: not as MP4, TS, MKV or by its own name."""
    place, server = elsewhere
    text = texts(filmed["stream"], place)[kind]
    for name in NAMES:
        path = tmp_path / name
        path.write_text(text)
        assert outcome(path, tmp_path / "clip.mp4") == UNREADABLE, name
    with pytest.raises(BlockingIOError):
        server.accept()


def test_a_text_that_looks_like_a_transport_stream_is_read_as_one(filmed: dict[str, Path], tmp_path: Path) -> None:
    """A `G` at each place where a packet begins: it is a stream without a picture then, and no script."""
    line = f"#EXTM3U\n#EXTINF:4,\n{filmed['stream']}\n#EXT-X-ENDLIST\n".encode()
    path = tmp_path / "segment.ts"
    path.write_bytes((b"G" + line).ljust(188, b"\n") * 400)
    assert outcome(path, tmp_path / "clip.mp4") in {UNREADABLE, "nothing_recorded"}


@pytest.mark.parametrize(
    "name",
    [
        "new\nline.mp4",
        "100%d.mp4",
        "http:x.mp4",
        *(pytest.param(name, marks=pytest.mark.long) for name in ("a:b.mp4", "-i.mp4", " .mp4", "ü'\".mp4")),
    ],
)
def test_a_strange_name_is_only_a_name(name: str, filmed: dict[str, Path], tmp_path: Path) -> None:
    """No pattern, protocol or option in it is followed."""
    path = tmp_path / name
    path.write_bytes(filmed["fragments"].read_bytes())
    assert outcome(path, tmp_path / "clip.mp4") == "clip"
    assert frames_in(tmp_path / "clip.mp4") == EXACT


def test_what_is_no_file_of_its_own_is_refused(filmed: dict[str, Path], tmp_path: Path) -> None:
    """A link to a recording, a link to nothing, one to itself, a folder, a pipe, a device."""
    (tmp_path / "link.mp4").symlink_to(filmed["fragments"])
    (tmp_path / "lost.mp4").symlink_to(tmp_path / "nothing")
    (tmp_path / "round.mp4").symlink_to(tmp_path / "round.mp4")
    (tmp_path / "folder.mp4").mkdir()
    os.mkfifo(tmp_path / "pipe.mp4")
    places = [tmp_path / f"{name}.mp4" for name in ("link", "lost", "round", "folder", "pipe")]
    for path in (*places, Path("/dev/zero"), Path("/dev/stdin"), Path("/proc/self/fd/0")):
        assert outcome(path, tmp_path / "clip.mp4") == UNREADABLE, path


def test_a_way_with_dots_leads_to_the_same_file(filmed: dict[str, Path], tmp_path: Path) -> None:
    """`..` is the system's business; sources decide what a home's own file is."""
    path = filmed["fragments"].parent / ".." / filmed["fragments"].parent.name / filmed["fragments"].name
    assert outcome(path, tmp_path / "clip.mp4") == "clip"


LIES = {
    "a picture of 65,535 by 65,535": ("index", b"stsd", 8 + 32, b"\xff\xff\xff\xff"),
    "a picture of nothing": ("index", b"stsd", 8 + 32, bytes(4)),
    "two billion samples": ("index", b"stsz", 8, b"\x7f\xff\xff\xff"),
    "four billion samples": ("index", b"stsz", 8, b"\xff\xff\xff\xff"),
    "samples of two billion bytes": ("index", b"stsz", 12, b"\x7f\xff\xff\xff"),
    "two billion of one size": ("index", b"stsz", 4, b"\x7f\xff\xff\xff\x7f\xff\xff\xff"),
    "two billion times": ("index", b"stts", 4, b"\x7f\xff\xff\xff"),
    "one time two billion times": ("index", b"stts", 8, b"\x7f\xff\xff\xff"),
    "two billion chunks": ("index", b"stco", 4, b"\x7f\xff\xff\xff"),
    "chunks beyond the end": ("index", b"stco", 8, b"\xff\xff\xff\xff"),
    "two billion samples in a chunk": ("index", b"stsc", 12, b"\x7f\xff\xff\xff"),
    "two billion codings": ("index", b"stsd", 4, b"\x7f\xff\xff\xff"),
    "an hour of one tick": ("index", b"mdhd", 12, b"\0\0\0\1"),
    "no clock": ("index", b"mdhd", 12, bytes(4)),
    "a run of two billion": ("fragments", b"trun", 4, b"\x7f\xff\xff\xff"),
    "a fragment of two billion bytes": ("fragments", b"moof", -8, b"\x7f\xff\xff\xff"),
    "a fragment of nothing": ("fragments", b"moof", -8, bytes(4)),
    "a fragment at the end of time": ("fragments", b"tfdt", 4, b"\x7f\xff\xff\xff\xff\xff\xff\xff"),
    "a fragment of no track": ("fragments", b"tfhd", 4, b"\x7f\xff\xff\xff"),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_number_that_is_not_so_takes_neither_memory_nor_time(
    lie: str, filmed: dict[str, Path], tmp_path: Path
) -> None:
    """What is announced is not there: a rule, or what really is in the range."""
    kind, name, offset, value = LIES[lie]
    path = tmp_path / "segment.mp4"
    path.write_bytes(patched(filmed[kind].read_bytes(), name, offset, value))
    found = outcome(path, tmp_path / "clip.mp4")
    assert found not in BROKEN
    if found == "clip":
        assert set(frames_in(tmp_path / "clip.mp4")) <= set(EXACT)


@pytest.mark.long
def test_a_million_boxes_are_walked_in_bounds(filmed: dict[str, Path], tmp_path: Path) -> None:
    """Empty ones before the pictures, and ten thousand in each other."""
    data = filmed["index"].read_bytes()
    path = tmp_path / "segment.mp4"
    nested = b"".join((8 * depth).to_bytes(4) + b"moov" for depth in range(10_000, 0, -1))
    for flood in (b"\0\0\0\x08free" * 1_000_000, nested):
        path.write_bytes(data[:32] + flood + data[32:])
        assert outcome(path, tmp_path / "clip.mp4") not in BROKEN
        (tmp_path / "clip.mp4").unlink(missing_ok=True)


@pytest.mark.parametrize(
    "codec",
    [
        *(pytest.param(codec, marks=pytest.mark.long) for codec in (b"V_MPEG4/ISO/AVC", b"V_MJPEG", b"V_UNCOMPRESSED")),
        b"V_MPEGH/ISO/HEVC",
    ],
)
def test_compressed_frames_that_swell_are_refused(codec: bytes, tmp_path: Path) -> None:
    """A kilobyte each that becomes a gigabyte of zeros: a Matroska track may say that its frames are zipped."""
    path = tmp_path / "segment.mkv"
    path.write_bytes(matroska(codec, [zeros(2**28)] * 4, zipped=True))
    assert path.stat().st_size < 2 * 2**20
    assert outcome(path, tmp_path / "clip.mp4") not in {*BROKEN, "clip"}


def test_a_picture_that_says_it_is_gigantic_is_refused(tmp_path: Path) -> None:
    """Each frame a small JPEG of 65,500 by 65,500; the container says 64 by 64."""
    path = tmp_path / "segment.mkv"
    bomb = jpeg(tmp_path, width=65_500, height=65_500)
    path.write_bytes(matroska(b"V_MJPEG", [bomb] * (4 * FPS), width=64, height=64))
    assert outcome(path, tmp_path / "clip.mp4") not in {"cut_failed", "cut_timed_out", "clip"}
    path.write_bytes(matroska(b"V_MJPEG", [jpeg(tmp_path)] * FPS + [bomb] * (3 * FPS), width=64, height=64))
    assert outcome(path, tmp_path / "clip.mp4") not in {"cut_failed", "cut_timed_out"}


def test_a_codec_that_no_camera_speaks_reaches_no_decoder(tmp_path: Path) -> None:
    """A PNG of thirty thousand by thirty thousand zeros in an MP4 takes a few kilobytes."""
    path = tmp_path / "segment.mp4"
    scene = ffmpeg.input(f"color=size=64x64:rate={FPS}:duration=4", f="lavfi")
    run(scene.output(str(path), vcodec="png").global_args("-v", "error", "-nostdin").compile())
    data = path.read_bytes().replace(b"IHDR" + struct.pack(">II", 64, 64), b"IHDR" + struct.pack(">II", 30_000, 30_000))
    path.write_bytes(data)
    assert outcome(path, tmp_path / "clip.mp4") == UNREADABLE


@pytest.mark.parametrize("kind", ["fragments", "index"])
def test_a_file_that_ends_at_any_box_gives_what_it_has(kind: str, filmed: dict[str, Path], tmp_path: Path) -> None:
    """Power may end anywhere: right before a box, or after its head."""
    data = filmed[kind].read_bytes()
    path, out = tmp_path / "segment.mp4", tmp_path / "clip.mp4"
    starts = sorted({start for _, start, _ in boxes(data)})
    whole_clip = 0
    for end in sorted({*starts[:: max(1, len(starts) // 8)], *(start + 8 for start in starts[::20]), len(data)}):
        path.write_bytes(data[:end])
        found = outcome(path, out)
        assert found not in BROKEN, end
        if found == "clip":
            numbers = frames_in(out)
            assert numbers == EXACT[: len(numbers)]
            whole_clip += numbers == EXACT
    assert whole_clip


@pytest.mark.parametrize("kind", ["stream", "matroska"])
def test_a_stream_that_ends_anywhere_gives_what_it_has(kind: str, filmed: dict[str, Path], tmp_path: Path) -> None:
    """The same for what has no boxes."""
    data = filmed[kind].read_bytes()
    path, out = tmp_path / "segment", tmp_path / "clip.mp4"
    for step in range(7):
        path.write_bytes(data[: len(data) * step // 6])
        found = outcome(path, out)
        assert found not in BROKEN, step
        if found == "clip":
            numbers = frames_in(out)
            assert numbers == EXACT[: len(numbers)]


def test_a_stream_without_its_tables_is_no_crash(filmed: dict[str, Path], tmp_path: Path) -> None:
    """Its tracks are found while it is looked through: PyAV freed more sets of options than it had made."""
    data = filmed["stream"].read_bytes()
    packets = [data[at : at + 188] for at in range(0, len(data), 188)]
    path = tmp_path / "segment.ts"
    kept = [packet for packet in packets if int.from_bytes(packet[1:3]) & 0x1FFF in {0x100, 0x101}]
    assert 100 < len(kept) < len(packets)
    path.write_bytes(b"".join(kept))
    assert outcome(path, tmp_path / "clip.mp4") not in BROKEN


def test_what_else_lies_in_a_file_is_neither_followed_nor_kept(filmed: dict[str, Path], tmp_path: Path) -> None:
    """Attachments, subtitles, chapters, a second camera and a second microphone, a font: none of it is in the clip."""
    note, words = tmp_path / "note.txt", tmp_path / "words.srt"
    note.write_text("SECRET-ATTACHMENT" * 100)
    words.write_text("1\n00:00:00,000 --> 00:00:04,000\nSECRET-SUBTITLE\n")
    chapters = tmp_path / "chapters.txt"
    chapters.write_text(
        ";FFMETADATA1\ntitle=SECRET-TITLE\n[CHAPTER]\nTIMEBASE=1/1\nSTART=0\nEND=4\ntitle=SECRET-CHAPTER\n"
    )
    source = str(filmed["fragments"])
    path, out = tmp_path / "segment.mkv", tmp_path / "clip.mp4"
    inputs = ["-i", source, "-i", source, "-i", str(words), "-i", str(chapters)]
    maps = ["-map", "0", "-map", "1", "-map", "2", "-map_metadata", "3", "-map_chapters", "3", "-c", "copy"]
    attached = ["-attach", str(note), "-metadata:s:t", "mimetype=application/x-truetype-font"]
    run(["ffmpeg", "-v", "error", "-nostdin", *inputs, *maps, *attached, str(path)])
    assert outcome(path, out) == "clip"
    assert b"SECRET" not in out.read_bytes()
    with av.open(str(out), format="mov") as container:
        assert sorted(track.type for track in container.streams) == ["audio", "video"]
    assert frames_in(out) == EXACT


def test_a_reference_to_another_file_is_not_followed(filmed: dict[str, Path], tmp_path: Path) -> None:
    """A QuickTime track may say that its samples lie in another file: they are looked for in its own."""
    data = filmed["index"].read_bytes()
    target = str(filmed["index"]).encode()
    alias = b"\0\0\0\0alis" + b"\0\0" + target
    own = b"\0\0\0\x0curl \0\0\0\1"  # `dref`: in this file
    assert data.count(own) == 2
    path, out = tmp_path / "segment.mp4", tmp_path / "clip.mp4"
    path.write_bytes(data.replace(own, b"\0\0\0\x0calis\0\0\0\0"))
    found = outcome(path, out)
    assert found not in BROKEN
    other = tmp_path / "other.mp4"
    moved = data.replace(own, (len(alias) - 4 + 4).to_bytes(4) + alias[4:])
    other.write_bytes(moved)
    assert outcome(other, tmp_path / "other_clip.mp4") not in BROKEN


def test_pictures_that_are_encrypted_are_refused_and_not_copied_as_noise(
    filmed: dict[str, Path], tmp_path: Path
) -> None:
    """All would be exact, and nobody could see anything on it."""
    path, key = tmp_path / "film.mp4", "76a6c65c5ea762046bd749a2e632ccbb"
    scheme = ["-encryption_scheme", "cenc-aes-ctr", "-encryption_key", key, "-encryption_kid", key]
    run(["ffmpeg", "-v", "error", "-nostdin", "-i", str(filmed["index"]), "-c", "copy", *scheme, str(path)])
    assert outcome(path, tmp_path / "clip.mp4") == "unreadable_segment"


def test_a_matroska_header_that_never_ends_is_refused(tmp_path: Path) -> None:
    """Sizes that are unknown, and larger than any disk."""
    path = tmp_path / "segment.mkv"
    good = matroska(b"V_MJPEG", [b"x"])
    for bad in (
        good[:40] + b"\xff" * 400,
        good.replace(whole(0xB0, 320), whole(0xB0, 2**40)),
        good.replace((len(good)).to_bytes(8), b"\x01" + b"\xff" * 7),
        good[: len(good) // 2],
    ):
        path.write_bytes(bad)
        assert outcome(path, tmp_path / "clip.mp4") not in {*BROKEN, "clip"}
