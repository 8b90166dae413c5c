"""The manifest: the home's statement about a clip, an in-toto Statement v1 (section 10)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final, Self

from ... import canonical
from ...errors import ProtocolError, Rule
from ...fields import Fields
from ...limits import (
    DIGEST_HEX_CHARS,
    FRAME_RANGES_MAX,
    GAPS_MAX,
    MANIFEST_SIZE_MAX_BYTES,
    NAME_MAX_CHARS,
    SEGMENTS_MAX,
    SHORT_ID_HEX_CHARS,
    SOFTWARE_MAX,
)
from ...times import format_time_or_none
from .manifest_parts import (
    AudioEdit,
    Camera,
    ClockReading,
    Edits,
    FrameKind,
    FrameRange,
    Period,
    Segment,
    camera_value,
    clock_value,
    edits_value,
    frame_range_value,
    period_value,
    read_camera,
    read_clock,
    read_edits,
    read_frame_range,
    read_period,
    read_segment,
    segment_value,
)
from .ranges import StoredRange, range_value, read_ranges

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from ...canonical import JsonValue
    from ..requests.request import Request

STATEMENT_TYPE: Final = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE: Final = "https://milton-share.example/manifest/v1"
CLIP_NAME: Final = "clip.mp4"


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a clip is, where it comes from and what was done to it."""

    TYPE: ClassVar[str] = STATEMENT_TYPE
    PAYLOAD_TYPE: ClassVar[str] = "application/vnd.in-toto+json"

    clip_sha256: str
    share_id: str
    request_id: str
    recipients_sha256: str
    camera: Camera
    ranges: tuple[StoredRange, ...]
    clock: ClockReading
    gaps: tuple[Period, ...]
    edits: Edits
    segments: tuple[Segment, ...]
    frames: tuple[FrameRange, ...]
    preview_sha256: str | None
    software: Mapping[str, str]
    sources_kept_until: datetime | None
    named: bool
    test_card: bool  # made for an exercise; nothing of a recording is in it

    @property
    def range(self) -> Period:
        """From the first range's begin to the last one's end; only the ranges are shown."""
        return Period(from_=self.ranges[0].from_, until=self.ranges[-1].until)

    def require_for(self, request: Request) -> None:
        """Raise ``drill_differs`` unless a drill is answered by a test card, and nothing else is."""
        if self.test_card is not request.drill:
            raise ProtocolError(Rule.DRILL_DIFFERS, "test_card")

    @classmethod
    def from_bytes(cls, payload: bytes) -> Self:
        """Read a manifest's payload."""
        fields = Fields.of(canonical.decode(payload, max_bytes=MANIFEST_SIZE_MAX_BYTES))
        fields.constant("_type", STATEMENT_TYPE)
        fields.constant("predicateType", PREDICATE_TYPE)
        subject = fields.objects("subject", 1, 1, _read_subject)
        predicate = fields.child("predicate")
        fields.done()
        manifest = cls._read(subject[0], predicate)
        predicate.done()
        _check_test_card(manifest)
        return manifest

    @classmethod
    def _read(cls, clip_sha256: str, fields: Fields) -> Self:
        fields.constant_version(1)
        return cls(
            clip_sha256=clip_sha256,
            share_id=fields.hex("share_id", SHORT_ID_HEX_CHARS),
            request_id=fields.hex("request_id", DIGEST_HEX_CHARS),
            recipients_sha256=fields.hex("recipients_sha256", DIGEST_HEX_CHARS),
            camera=read_camera(fields.child("camera")),
            ranges=read_ranges(fields),
            clock=read_clock(fields.child("clock")),
            gaps=fields.objects("gaps", 0, GAPS_MAX, read_period),
            edits=read_edits(fields.child("edits")),
            segments=fields.objects("segments", 0, SEGMENTS_MAX, read_segment),
            frames=fields.objects("frames", 1, FRAME_RANGES_MAX, read_frame_range),
            preview_sha256=fields.optional("preview_sha256", lambda name: fields.hex(name, DIGEST_HEX_CHARS)),
            software=_read_software(fields.child("software")),
            sources_kept_until=fields.optional("sources_kept_until", fields.time),
            named=fields.boolean("named"),
            test_card=fields.boolean("test_card"),
        )

    def to_bytes(self) -> bytes:
        """Return the canonical payload."""
        return canonical.encode(
            {
                "_type": STATEMENT_TYPE,
                "subject": [{"name": CLIP_NAME, "digest": {"sha256": self.clip_sha256}}],
                "predicateType": PREDICATE_TYPE,
                "predicate": self._predicate(),
            }
        )

    def _predicate(self) -> JsonValue:
        return {
            "version": 1,
            "share_id": self.share_id,
            "request_id": self.request_id,
            "recipients_sha256": self.recipients_sha256,
            "camera": camera_value(self.camera),
            "ranges": [range_value(stored) for stored in self.ranges],
            "clock": clock_value(self.clock),
            "gaps": [period_value(gap) for gap in self.gaps],
            "edits": edits_value(self.edits),
            "segments": [segment_value(segment) for segment in self.segments],
            "frames": [frame_range_value(frames) for frames in self.frames],
            "preview_sha256": self.preview_sha256,
            "software": dict(self.software),
            "sources_kept_until": format_time_or_none(self.sources_kept_until),
            "named": self.named,
            "test_card": self.test_card,
        }


def _check_test_card(manifest: Manifest) -> None:
    """Raise ``out_of_bounds`` for a test card that says anything of recordings: there are none."""
    of_recordings = (
        manifest.segments,
        manifest.gaps,
        manifest.edits.masks,
        manifest.preview_sha256,
        manifest.sources_kept_until,
        manifest.clock.offset_ms,
        manifest.clock.uncertainty_ms,
        manifest.clock.was_put,
        manifest.edits.audio is not AudioEdit.ABSENT,
        any(frames.kind is FrameKind.COPIED for frames in manifest.frames),
    )
    if manifest.test_card and any(of_recordings):
        raise ProtocolError(Rule.OUT_OF_BOUNDS, "test_card")


def _read_subject(fields: Fields) -> str:
    fields.constant("name", CLIP_NAME)
    digest = fields.child("digest")
    sha256 = digest.hex("sha256", DIGEST_HEX_CHARS)
    digest.done()
    return sha256


def _read_software(fields: Fields) -> dict[str, str]:
    names = fields.names()
    if len(names) > SOFTWARE_MAX or any(not 1 <= len(name) <= NAME_MAX_CHARS for name in names):
        raise ProtocolError(Rule.OUT_OF_BOUNDS, "software")
    return {name: fields.text(name, NAME_MAX_CHARS) for name in names}
