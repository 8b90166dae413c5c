"""A home that answers from outside: a real clip and a real manifest, sealed and uploaded as the protocol says."""

from __future__ import annotations

import asyncio
import base64
import functools
import hashlib
import json
import secrets
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from fractions import Fraction
from io import BytesIO
from typing import TYPE_CHECKING

import aiohttp
import av
import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from milton_protocol import canonical, dsse
from milton_protocol.base64_text import b64
from milton_protocol.messages.requests.bundle import Bundle
from milton_protocol.messages.requests.request import Request, RequestRecipient, custodians_of, recipients_hash
from milton_protocol.messages.shares.manifest import Manifest
from milton_protocol.messages.shares.manifest_parts import (
    AudioEdit,
    Camera,
    ClockMethod,
    ClockReading,
    Edits,
    FrameKind,
    FrameRange,
    Period,
    Segment,
)
from milton_protocol.messages.shares.ranges import StoredRange
from milton_protocol.messages.shares.share import PartName, SealedPart, Share
from milton_protocol.messages.shares.share_key import share_id_of
from milton_protocol.sealing.age import Identity, SealState
from milton_protocol.sealing.stream import NONCE_SIZE_BYTES, SEALED_CHUNK_SIZE_BYTES
from tests.simulators.sealed_share import HomeClient, SealedShare

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from tests.browser.conftest import City

FRAMES, RATE = 30, 15
SOUND_RATE = 48_000
WIDTH, HEIGHT = 320, 180
PIECE_BYTES = 65_536
MILLISECOND = Fraction(1, 1000)


@functools.cache
def film() -> bytes:
    """Return two seconds of H.264 in an mp4: made once, for nearly each test of the page shows it."""
    out = BytesIO()
    with av.open(out, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=RATE)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for number in range(FRAMES):
            picture = np.full((HEIGHT, WIDTH, 3), number * 8, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture)))
        container.mux(stream.encode())
    return out.getvalue()


@functools.cache
def noisy_film() -> bytes:
    """Return two seconds that no encoder makes small: many sealed chunks, a key frame every half second."""
    out, noise = BytesIO(), np.random.default_rng(6)
    with av.open(out, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=RATE, options={"crf": "12", "g": "8", "preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for _ in range(FRAMES):
            picture = noise.integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture)))
        container.mux(stream.encode())
    return out.getvalue()


@functools.cache
def paced_film(shown_ms: tuple[int, ...], put_off: int = 0) -> bytes:
    """Return a film whose pictures are shown at these times, as the cutter stores one; each is lighter than the last.

    So many of them between two others are ``put_off``: decoded later than they are shown.
    """
    return _paced("libx264", {"g": "8", "bf": str(put_off), "b_strategy": "0"}, shown_ms)


@functools.cache
def hevc_film(shown_ms: tuple[int, ...]) -> bytes:
    """Return a film of HEVC with the pictures of a :func:`paced_film`; a Chromium without its codec plays none."""
    return _paced("libx265", {"preset": "ultrafast", "x265-params": "log-level=none:bframes=0:keyint=8"}, shown_ms)


def _paced(codec: str, tuned: dict[str, str], shown_ms: tuple[int, ...]) -> bytes:
    out = BytesIO()
    options = {"movflags": "+negative_cts_offsets", "use_editlist": "0"}
    with av.open(out, "w", format="mp4", options=options) as container:
        stream = container.add_stream(codec, rate=1000, options=tuned)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.codec_context.time_base = MILLISECOND
        for number, shown in enumerate(shown_ms):
            picture = np.full((HEIGHT, WIDTH, 3), light_of(number), np.uint8)
            frame = av.VideoFrame.from_ndarray(picture)
            frame.pts, frame.time_base = shown, MILLISECOND
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return out.getvalue()


@functools.cache
def heard_film() -> bytes:
    """Return two seconds with a tone."""
    out = BytesIO()
    with av.open(out, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=RATE)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        sound = container.add_stream("aac", rate=SOUND_RATE, layout="mono")
        for number in range(FRAMES):
            picture = np.full((HEIGHT, WIDTH, 3), number * 8, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture)))
        container.mux(stream.encode())
        at = np.arange(FRAMES * SOUND_RATE // RATE) / SOUND_RATE
        tone = av.AudioFrame.from_ndarray(np.sin(at * 2_765).astype(np.float32)[None] / 4, format="fltp", layout="mono")
        tone.sample_rate = SOUND_RATE
        container.mux(sound.encode(tone))
        container.mux(sound.encode())
    return out.getvalue()


def light_of(number: int) -> int:
    """Return how light the picture of this number (from 0) of a :func:`paced_film` is, of 255."""
    return 20 + number * 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a home shares; ``claimed_sha256`` is what its manifest says of the clip, ``bend`` what it makes of it.

    ``told`` changes what the manifest says. ``chunks`` is how many of the sealed chunks are sent: a home that cuts its
    body announces the shorter one. ``preview`` is the transcode that is sealed beside the clip; the manifest says
    ``claimed_preview_sha256`` of it, or the truth. ``device_key`` signs a share under the home's name, and
    ``signed_instead`` is what it signed, where it was not this manifest.
    """

    clip: bytes
    claimed_sha256: str | None = None
    preview: bytes | None = None
    claimed_preview_sha256: str | None = None
    bend: Callable[[bytes], bytes] | None = None
    told: Callable[[Manifest], Manifest] | None = None
    chunks: int | None = None
    flagged: bool = False  # by its owner: sealed to the custodians and the recovery key alone
    device_key: Ed25519PrivateKey | None = None
    signed_instead: bytes | None = None


def manifest_of(answer: Answer, request: Request, request_id: str, share_id: str) -> Manifest:
    """Return the manifest of a clip that covers the request's first two seconds."""
    period = Period(from_=request.from_, until=request.from_ + timedelta(seconds=FRAMES / RATE))
    filmed = Manifest(
        clip_sha256=answer.claimed_sha256 or hashlib.sha256(answer.clip).hexdigest(),
        share_id=share_id,
        request_id=request_id,
        recipients_sha256=recipients_hash(_sealed_to(answer, request)),
        camera=Camera(label="Front door", view=None),
        ranges=(StoredRange(from_=period.from_, until=period.until, first_frame=period.from_, stored_ms=0),),
        clock=ClockReading(offset_ms=-41_800, uncertainty_ms=600, method=ClockMethod.RTCP, was_put=False),
        gaps=(),
        edits=Edits(audio=AudioEdit.REMOVED, masks=()),
        segments=(Segment(sha256="ab" * 32, from_=period.from_, until=period.until),),
        frames=(FrameRange(first=0, count=FRAMES, kind=FrameKind.ENCODED, slices_sha256=None),),
        preview_sha256=_preview_sha256(answer),
        software={"milton_share": "0.1.0"},
        sources_kept_until=None,
        named=answer.device_key is not None,
        test_card=False,
    )
    return card_of(filmed) if request.drill else filmed


def card_of(filmed: Manifest) -> Manifest:
    """Return the manifest of the same clip as that of a test card, with which a drill is answered."""
    return replace(
        filmed,
        clock=ClockReading(offset_ms=0, uncertainty_ms=0, method=ClockMethod.OWNER, was_put=False),
        edits=Edits(audio=AudioEdit.ABSENT, masks=()),
        segments=(),
        test_card=True,
    )


def _sealed_to(answer: Answer, request: Request) -> tuple[RequestRecipient, ...]:
    return custodians_of(request.recipients) if answer.flagged else request.recipients


def _preview_sha256(answer: Answer) -> str | None:
    if answer.preview is None:
        return None
    return answer.claimed_preview_sha256 or hashlib.sha256(answer.preview).hexdigest()


def seal(answer: Answer, request: Request, request_id: str, share_id: str | None = None) -> SealedShare:
    """Seal clip and manifest to the request's recipients, under the key's own id or, falsely, a given one."""
    key, identity = Ed25519PrivateKey.generate(), Identity.generate()
    share_id = share_id or share_id_of(key.public_key().public_bytes_raw())
    manifest = manifest_of(answer, request, request_id, share_id)
    statement = (manifest if answer.told is None else answer.told(manifest)).to_bytes()
    if answer.bend is not None:
        statement = answer.bend(statement)
    plain = {PartName.CLIP: answer.clip, PartName.MANIFEST: signed_by_home(answer, statement, key)}
    if answer.preview is not None:
        plain[PartName.PREVIEW] = answer.preview
    bodies, parts = {}, []
    for name, content in plain.items():
        state = SealState.new([each.age_recipient for each in _sealed_to(answer, request)])
        body = b"".join(state.body([content]))
        if name is PartName.CLIP and answer.chunks is not None:
            body = body[: NONCE_SIZE_BYTES + answer.chunks * SEALED_CHUNK_SIZE_BYTES]
        bodies[name.value] = body
        digest = hashlib.sha256(body).hexdigest()
        parts.append(SealedPart(name=name, header=state.header, body_sha256=digest, body_size_bytes=len(body)))
    share = Share(
        share_id=share_id,
        request_id=request_id,
        recipients_sha256=recipients_hash(_sealed_to(answer, request)),
        one_time_key=key.public_key().public_bytes_raw(),
        receipt_recipient=identity.recipient,
        parts=tuple(parts),
    )
    envelope = dsse.sign(Share.PAYLOAD_TYPE, share.to_bytes(), [key])
    return SealedShare(share=share, envelope=envelope, bodies=bodies, one_time_key=key, identity=identity)


def signed_by_home(answer: Answer, statement: bytes, key: Ed25519PrivateKey) -> bytes:
    """Return the manifest's envelope, signed by the one-time key and, of a named share, the home's own."""
    keys = [key] if answer.device_key is None else [key, answer.device_key]
    envelope = dsse.sign(Manifest.PAYLOAD_TYPE, statement, keys)
    if answer.signed_instead is None:
        return envelope
    said = json.loads(envelope)
    own = json.loads(dsse.sign(Manifest.PAYLOAD_TYPE, answer.signed_instead, keys[1:]))["signatures"]
    by = {each["keyid"]: each for each in (*said["signatures"], *own)}
    return canonical.encode(said | {"signatures": [by[each["keyid"]] for each in said["signatures"]]})


async def _enrol(city: City, device_key: Ed25519PrivateKey) -> str:
    said = city.run("code", "new", str(city.folder), "--cell", "3414,-8430")
    body = {
        "type": "milton/enrol",
        "version": 1,
        "code": said.splitlines()[0].removeprefix("code: "),
        "home_id": secrets.token_hex(16),
        "device_key": b64(device_key.public_key().public_bytes_raw()),
    }
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{city.homes}/v1/enrol", data=canonical.encode(body)) as answer,
    ):
        token: str = (await answer.json())["home_token"]
    return token


async def _share(city: City, token: str, request_id: str, answer: Answer, piece_bytes: int) -> SealedShare:
    async with aiohttp.ClientSession() as session:
        home = HomeClient(session, city.homes, token)
        _, _, page = await home.ask("GET", "/v1/feed?after=0")
        messages = json.loads(page)["messages"]
        bundle = next(each for each in messages if each["topic"].endswith(f"requests/{request_id}"))
        request = Request.from_bytes(Bundle.from_bytes(base64.b64decode(bundle["payload"])).payload)
        sealed = seal(answer, request, request_id)
        await home.send(sealed, piece_bytes=piece_bytes)
    return sealed


def _run[T](work: Coroutine[object, object, T]) -> T:
    """Run ``work`` in a thread: the browser's driver has this one's event loop."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


def enrol(city: City, device_key: Ed25519PrivateKey | None = None) -> str:
    """Enrol a home, with a device key; return its token."""
    return _run(_enrol(city, device_key or Ed25519PrivateKey.generate()))


def share(city: City, token: str, request_id: str, answer: Answer, piece_bytes: int = PIECE_BYTES) -> SealedShare:
    """Read a request from the feed, as every home does, and share a clip as an answer to it."""
    return _run(_share(city, token, request_id, answer, piece_bytes))
