"""What is sealed, where it may be sent to, and how its receipts are read again."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from custom_components.milton_share.cases.shares_table import StoredShare
from custom_components.milton_share.outbox.progress import TOLD_TIMES, Counted
from custom_components.milton_share.outbox.receipts import announced_share, opened_receipts
from custom_components.milton_share.outbox.seal import ClipChangedError, seal
from custom_components.milton_share.shared.milton_protocol.errors import ProtocolError
from custom_components.milton_share.shared.milton_protocol.messages.shares.share import PartName
from custom_components.milton_share.shared.milton_protocol.sealing.age import open_sealed
from custom_components.milton_share.shared.milton_protocol.sealing.keys import Identity
from custom_components.milton_share.storage.private_folder import PrivateFolder
from tests.simulators.hub import HubSimulator, running

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.milton_share.conftest import Home

CLIP, PREVIEW = b"the clip " * 1000, b"what browsers play " * 1000
OFFICER = Identity.generate()
ELSEWHERE = ("https://elsewhere.example/clip", "//elsewhere.example/clip", "/v1/enrolment", "")


def sha256(data: bytes) -> str:
    """Return the hex digest."""
    return hashlib.sha256(data).hexdigest()


def unheard(_sealed_bytes: int, _size_bytes: int) -> None:
    """Take no notice of how far it is."""


@pytest.fixture
def folder(tmp_path: Path) -> PrivateFolder:
    """Make a home's folder."""
    made = PrivateFolder(tmp_path / "private")
    made.make()
    return made


@pytest.fixture
def share(folder: PrivateFolder) -> StoredShare:
    """Approve a clip that has a preview."""
    clips = folder.make_clip_folder("a" * 32)
    for data in (CLIP, PREVIEW):
        (clips / f"{sha256(data)}.mp4").write_bytes(data)
    return StoredShare(
        share_id="5" * 32,
        case_id="a" * 32,
        request_id="b" * 64,
        approved_by="olivia",
        approved_at=datetime(2026, 11, 20, 12, tzinfo=UTC),
        clip_sha256=sha256(CLIP),
        recipients_sha256="d" * 64,
        recipients=(OFFICER.recipient,),
        one_time_key=Ed25519PrivateKey.generate().private_bytes_raw(),
        receipt_identity=Identity.generate().secret_text(),
        manifest=b"a manifest",
        sources_kept_until=None,
    )


def test_a_preview_goes_along_sealed_as_the_clip_is(share: StoredShare, folder: PrivateFolder) -> None:
    """Three parts, each opened by the officer's key alone, none of them in the clear on the disk."""
    announced, _ = announced_share(replace(share, envelope=seal(share, folder, sha256(PREVIEW), unheard)))
    opened = {}
    for part in announced.parts:
        body = folder.sealed(share.share_id, part.name).read_bytes()
        assert sha256(body) == part.body_sha256
        opened[part.name] = open_sealed(part.header + body, OFFICER)
        assert opened[part.name] not in body
    assert opened == {PartName.CLIP: CLIP, PartName.MANIFEST: b"a manifest", PartName.PREVIEW: PREVIEW}


def test_how_much_is_sealed_is_told_up_to_the_last_byte(share: StoredShare, folder: PrivateFolder) -> None:
    """From nothing to all that the disk then has, never less than before."""
    told: list[tuple[int, int]] = []
    seal(share, folder, sha256(PREVIEW), lambda *counts: told.append(counts))
    bodies = folder.sealed(share.share_id, PartName.CLIP).parent
    size_bytes = sum(body.stat().st_size for body in bodies.iterdir())
    assert (told[0], told[-1]) == ((0, size_bytes), (size_bytes, size_bytes))
    assert told == sorted(set(told))


def test_a_long_sealing_is_told_of_a_hundred_times_at_most() -> None:
    """Whatever the size of its blocks: each telling redraws every page that is open."""
    told: list[int] = []
    counted = Counted(1_000_003, lambda done_bytes, _size_bytes: told.append(done_bytes))
    for length in [64] * (1_000_003 // 64) + [1_000_003 % 64]:
        counted.add(length)
    assert told == sorted(set(told))
    assert (told[0], told[-1]) == (0, 1_000_003)
    assert TOLD_TIMES // 2 < len(told) <= TOLD_TIMES + 2


@pytest.mark.parametrize("name", ["clip", "preview"])
def test_a_file_that_is_gone_is_not_sealed_as_something_else(
    name: str, share: StoredShare, folder: PrivateFolder
) -> None:
    """Neither the clip nor its preview."""
    folder.clip(share.case_id, sha256(CLIP if name == "clip" else PREVIEW)).unlink()
    with pytest.raises(ClipChangedError):
        seal(share, folder, sha256(PREVIEW), unheard)


def test_a_preview_that_changed_is_not_sealed(share: StoredShare, folder: PrivateFolder) -> None:
    """An officer would see it in the clip's place."""
    folder.clip(share.case_id, sha256(PREVIEW)).write_bytes(PREVIEW[:-1] + b"x")
    with pytest.raises(ClipChangedError):
        seal(share, folder, sha256(PREVIEW), unheard)


def test_what_was_not_announced_has_no_receipts(share: StoredShare) -> None:
    """A hub that sends some for it is not believed."""
    with pytest.raises(ProtocolError, match="receipts_without_share"):
        announced_share(share)
    assert opened_receipts(share) == ()


@dataclass(kw_only=True)
class MisleadingHub(HubSimulator):
    """A hub that says that the bodies go to another place, or answers something else, until it is right again."""

    place: str | None = None
    nonsense: bool = False

    async def _share(self, request: web.Request) -> web.Response:
        answer = await super()._share(request)
        assert isinstance(answer.body, bytes)
        if self.nonsense:
            return web.Response(body=b"<html>", status=answer.status)
        if self.place is not None:
            (announced,) = self.shares.values()
            path = f"/v1/uploads/{announced.share_id}/clip"
            body = answer.body.replace(f'"{path}"'.encode(), f'"{self.place}"'.encode())
            return web.Response(body=body, status=answer.status, content_type="application/json")
        return answer


@pytest.fixture
async def hub() -> AsyncIterator[MisleadingHub]:
    """Run such a hub."""
    async for one in running(MisleadingHub()):
        assert isinstance(one, MisleadingHub)
        yield one


@pytest.mark.usefixtures("recorded")
@pytest.mark.parametrize("place", [*ELSEWHERE, None])
async def test_bodies_go_to_the_hubs_uploads_and_nowhere_else(
    home: Home, hub: MisleadingHub, place: str | None
) -> None:
    """The home sends nothing, waits as for a hub that is away, and goes on once the answer is right."""
    hub.place, hub.nonsense = place, place is None
    await home.place_camera()
    case = await home.looked_at()
    await home.approve(case)
    await home.until(lambda: sum(call.path == "/v1/shares" for call in hub.calls) >= 2)
    assert not [call for call in hub.calls if call.method == "PATCH"]
    assert home.case(case.request_id).state == "sealed"
    hub.place, hub.nonsense = None, False
    await home.until(lambda: home.case(case.request_id).state == "receipted")
