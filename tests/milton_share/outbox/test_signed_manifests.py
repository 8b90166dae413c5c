"""A share's manifest may have 4 MiB: while it is signed and read again, Home Assistant's loop goes on."""

from __future__ import annotations

import sys
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from custom_components.milton_share.cases.manifest import Choices, final_manifest, new_share
from custom_components.milton_share.cases.state import ConsentCase
from custom_components.milton_share.outbox.seal import require_as_approved
from custom_components.milton_share.shared.milton_protocol.limits import (
    CLOCK_OFFSET_MAX_MS,
    FRAME_RANGES_MAX,
    GAPS_MAX,
    MASK_CORNERS_MAX,
    MASK_KEYS_MAX,
    MASK_UNIT,
    MASKS_MAX,
    NAME_MAX_CHARS,
    RANGES_MAX,
    SEGMENTS_MAX,
    SOFTWARE_MAX,
)
from custom_components.milton_share.shared.milton_protocol.messages.city.directory import RecipientRole
from custom_components.milton_share.shared.milton_protocol.messages.requests.request import RequestRecipient
from custom_components.milton_share.shared.milton_protocol.messages.shares.manifest import Manifest
from custom_components.milton_share.shared.milton_protocol.messages.shares.manifest_parts import (
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
from custom_components.milton_share.shared.milton_protocol.messages.shares.masks import Mask, MaskKey
from custom_components.milton_share.shared.milton_protocol.messages.shares.ranges import StoredRange
from custom_components.milton_share.shared.milton_protocol.sealing.keys import Identity
from tests.milton_share.conftest import PIN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

    from tests.milton_share.conftest import Home

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
DIGEST = "f" * 64
OFFICER = RequestRecipient(
    recipient_id="officer-1", role=RecipientRole.OFFICER, age_recipient=Identity.generate().recipient
)
WRITE, READ = Manifest.to_bytes, Manifest.from_bytes.__func__


@contextmanager
def threads_of(*functions: Callable[..., object]) -> Iterator[dict[Callable[..., object], set[int]]]:
    """Yield which threads call each of the functions while it lasts, as the interpreter tells."""
    found: dict[Callable[..., object], set[int]] = {function: set() for function in functions}
    by_code = {function.__code__: found[function] for function in functions}

    def called(frame: FrameType, event: str, _arg: object) -> None:
        if event == "call" and frame.f_code in by_code:
            by_code[frame.f_code].add(threading.get_ident())

    before = sys.getprofile()
    threading.setprofile_all_threads(called)
    try:
        yield found
    finally:
        threading.setprofile_all_threads(before)


@pytest.mark.usefixtures("recorded")
async def test_a_manifest_is_signed_sealed_and_flagged_where_the_loop_does_not_wait_for_it(home: Home) -> None:
    """Approval writes it, sealing and a flag read it: each of them in a thread."""
    await home.place_camera()
    case = await home.looked_at()
    here = threading.get_ident()
    with threads_of(WRITE, READ) as shared:
        share_id = await home.approve(case)
        await home.until(lambda: home.case(case.request_id).state == "receipted")
    with threads_of(READ) as flagged:
        await home.panel.shares.flag(home.owner.session, share_id, PIN)
    for threads in (shared[WRITE], shared[READ], flagged[READ]):
        assert threads
        assert here not in threads


def after(ms: int) -> datetime:
    """Return a moment of the recordings."""
    return NOON + timedelta(milliseconds=ms)


def longest() -> Manifest:
    """Return a manifest with as much in it as there may be."""
    corners = ((MASK_UNIT, MASK_UNIT),) * MASK_CORNERS_MAX
    keys = tuple(MaskKey(at=after(1_000 * number), corners=corners) for number in range(MASK_KEYS_MAX))
    return Manifest(
        clip_sha256=DIGEST,
        share_id="e" * 32,
        request_id=DIGEST,
        recipients_sha256=DIGEST,
        camera=Camera(label="C" * NAME_MAX_CHARS, view=None),
        ranges=tuple(
            StoredRange(from_=after(low), until=after(low + 2_600_000), first_frame=after(low), stored_ms=low)
            for low in range(0, RANGES_MAX * 2_700_000, 2_700_000)
        ),
        clock=ClockReading(
            offset_ms=-CLOCK_OFFSET_MAX_MS,
            uncertainty_ms=CLOCK_OFFSET_MAX_MS,
            method=ClockMethod.ARRIVAL,
            was_put=False,
        ),
        gaps=tuple(Period(from_=after(low), until=after(low + 2_000)) for low in range(0, GAPS_MAX * 40_000, 40_000)),
        edits=Edits(audio=AudioEdit.REMOVED, masks=(Mask(keys=keys),) * MASKS_MAX),
        segments=tuple(
            Segment(sha256=DIGEST, from_=after(low), until=after(low + 4_000))
            for low in range(0, SEGMENTS_MAX * 4_000, 4_000)
        ),
        frames=tuple(
            FrameRange(first=10**6 + 30 * number, count=30, kind=FrameKind.COPIED, slices_sha256=DIGEST)
            for number in range(FRAME_RANGES_MAX)
        ),
        preview_sha256=DIGEST,
        software={f"{number:02}".ljust(NAME_MAX_CHARS, "s"): "v" * NAME_MAX_CHARS for number in range(SOFTWARE_MAX)},
        sources_kept_until=NOON,
        named=True,
        test_card=False,
    )


def test_the_longest_manifest_that_can_be_approved_can_be_sealed() -> None:
    """By a named share's two keys: signed it is a third longer, and was taken for one that had been changed."""
    choices = Choices(
        approved_by="a" * 32, approved_at=NOON, named=True, sources_kept_until=NOON, recipients=(OFFICER,)
    )
    manifest = final_manifest(longest(), None, choices)
    assert len(manifest.to_bytes()) > 3_000_000
    share = new_share(
        ConsentCase(case_id="c" * 32, request_id=DIGEST, camera_id="camera.front_door"),
        manifest,
        choices,
        one_time_key=Ed25519PrivateKey.generate(),
        device_key=Ed25519PrivateKey.generate(),
        receipts=Identity.generate(),
    )
    require_as_approved(share)
