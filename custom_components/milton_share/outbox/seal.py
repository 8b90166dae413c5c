"""Sealing one approved clip: encrypted to exactly the request's recipients, once. Blocking: call off the loop."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ..shared.milton_protocol.dsse import open_envelope, sign
from ..shared.milton_protocol.errors import ProtocolError
from ..shared.milton_protocol.limits import MANIFEST_ENVELOPE_MAX_BYTES
from ..shared.milton_protocol.messages.shares.manifest import Manifest
from ..shared.milton_protocol.messages.shares.share import PartName, SealedPart, Share
from ..shared.milton_protocol.sealing.age import SealState
from ..shared.milton_protocol.sealing.keys import Identity
from ..shared.milton_protocol.sealing.stream import sealed_body_size
from ..storage.disk import sync_folder
from ..storage.durable_steps import Step, durable
from ..storage.private_folder import CHUNK_SIZE_BYTES
from .progress import Counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from ..cases.shares_table import StoredShare
    from ..storage.private_folder import PrivateFolder


class ClipChangedError(Exception):
    """What is on disk is not what was approved: another clip, or for other recipients."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plain:
    """One part before it is sealed."""

    name: PartName
    size_bytes: int
    chunks: Iterator[bytes]


def require_as_approved(share: StoredShare) -> None:
    """Raise `ClipChangedError` unless the share still names the recipients' hash that its signed manifest does.

    Whose keys that hash is of, the request says, which is not looked at here.
    """
    if _approved(share).recipients_sha256 != share.recipients_sha256:
        raise ClipChangedError


def is_test_card(share: StoredShare) -> bool:
    """Say whether it answers a drill, by its manifest; not where that can't be read."""
    with suppress(ClipChangedError):
        return _approved(share).test_card
    return False


def _approved(share: StoredShare) -> Manifest:
    key = Ed25519PrivateKey.from_private_bytes(share.one_time_key).public_key().public_bytes_raw()
    try:
        payload = open_envelope(
            share.manifest, Manifest.PAYLOAD_TYPE, [key], required=1, max_bytes=MANIFEST_ENVELOPE_MAX_BYTES
        )
        return Manifest.from_bytes(payload)
    except ProtocolError as error:
        raise ClipChangedError from error


def seal(
    share: StoredShare,
    folder: PrivateFolder,
    preview_sha256: str | None,
    on_sealed: Callable[[int, int], None],
) -> bytes:
    """Write the sealed bodies and return the announcement that names them, signed by the share's one-time key.

    ``on_sealed`` gets how many bytes are sealed and how many there will be, at most a hundred times between the first
    and the last, in the thread that seals. Raises `ClipChangedError`, OSError. What an interrupted call left is written
    over: nobody has seen it.
    """
    target = folder.sealed(share.share_id, PartName.CLIP).parent
    target.mkdir(mode=0o700, exist_ok=True)
    plain = [
        _file(PartName.CLIP, folder.clip(share.case_id, share.clip_sha256), share.clip_sha256),
        _Plain(name=PartName.MANIFEST, size_bytes=len(share.manifest), chunks=iter((share.manifest,))),
    ]
    if preview_sha256 is not None:
        plain.append(_file(PartName.PREVIEW, folder.clip(share.case_id, preview_sha256), preview_sha256))
    counted = Counted(sum(sealed_body_size(each.size_bytes) for each in plain), on_sealed)
    parts = tuple(_seal_part(each, share.recipients, target / each.name, counted) for each in plain)
    with durable(Step.BODIES_SEALED):
        sync_folder(target)
        sync_folder(target.parent)
    key = Ed25519PrivateKey.from_private_bytes(share.one_time_key)
    announcement = Share(
        share_id=share.share_id,
        request_id=share.request_id,
        recipients_sha256=share.recipients_sha256,
        one_time_key=key.public_key().public_bytes_raw(),
        receipt_recipient=Identity.parse(share.receipt_identity).recipient,
        parts=parts,
    )
    return sign(Share.PAYLOAD_TYPE, announcement.to_bytes(), (key,))


def _seal_part(plain: _Plain, recipients: tuple[str, ...], path: Path, counted: Counted) -> SealedPart:
    state = SealState.new(recipients)
    digest, size_bytes = hashlib.sha256(), 0
    with path.open("wb") as file:
        path.chmod(0o600)
        for block in state.body(plain.chunks):
            file.write(block)
            digest.update(block)
            size_bytes += len(block)
            counted.add(len(block))
        file.flush()
        os.fsync(file.fileno())
    return SealedPart(name=plain.name, header=state.header, body_sha256=digest.hexdigest(), body_size_bytes=size_bytes)


def _file(name: PartName, path: Path, sha256: str) -> _Plain:
    """Return a file that is sealed when its chunks are taken; raise `ClipChangedError` where there is none."""
    try:
        return _Plain(name=name, size_bytes=path.stat().st_size, chunks=_chunks(path, sha256))
    except FileNotFoundError as error:
        raise ClipChangedError from error


def _chunks(path: Path, sha256: str) -> Iterator[bytes]:
    """Yield a file; raise `ClipChangedError` at its end when it is not the one with this digest."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_SIZE_BYTES):
            digest.update(chunk)
            yield chunk
    if digest.hexdigest() != sha256:
        raise ClipChangedError
