"""A scriptable home's share: real sealing, real signatures, and a tus client for it."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from milton_protocol import dsse
from milton_protocol.messages.requests.request import custodians_of, recipients_hash
from milton_protocol.messages.shares.consent import Consent, ConsentKind
from milton_protocol.messages.shares.share import PartName, SealedPart, Share, share_sha256
from milton_protocol.messages.shares.share_key import HEADER, share_id_of, share_key
from milton_protocol.messages.shares.withdrawal import Withdrawal
from milton_protocol.sealing.age import Identity, SealState

if TYPE_CHECKING:
    from collections.abc import Mapping

    import aiohttp

    from milton_protocol.messages.requests.request import Request
    from milton_protocol.messages.shares.passed_on import PassedOnTo

TUS = {"Tus-Resumable": "1.0.0"}
PIECE_TYPE = "application/offset+octet-stream"


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedShare:
    """One approved clip, sealed and signed, as a home keeps it in its outbox."""

    share: Share
    envelope: bytes
    bodies: dict[str, bytes]
    one_time_key: Ed25519PrivateKey
    identity: Identity

    @property
    def sha256(self) -> str:
        """Return what receipts name this share by."""
        return share_sha256(self.share.to_bytes())

    @property
    def key(self) -> dict[str, str]:
        """Return the header that only the home that made this share can send."""
        return {HEADER: share_key(self.share.share_id, self.one_time_key)}

    @property
    def tus(self) -> dict[str, str]:
        """Return what every call on an upload of this share carries beside the bearer."""
        return TUS | self.key

    @property
    def receipts_url(self) -> str:
        """Return where its receipts are fetched."""
        return f"/v1/shares/{self.share.share_id}/receipts"

    def url(self, name: str = "clip") -> str:
        """Return the path of one body's upload."""
        return f"/v1/uploads/{self.share.share_id}/{name}"

    def withdrawal(self, *, request_id: str | None = None, key: Ed25519PrivateKey | None = None) -> bytes:
        """Return a signed withdrawal."""
        message = Withdrawal(
            share_id=self.share.share_id,
            request_id=request_id or self.share.request_id,
            at=datetime.now(UTC).replace(microsecond=0),
        )
        return dsse.sign(Withdrawal.PAYLOAD_TYPE, message.to_bytes(), [key or self.one_time_key])

    def consent(
        self,
        to: PassedOnTo | None = None,
        *,
        request_id: str | None = None,
        key: Ed25519PrivateKey | None = None,
        later_s: int = 0,
        refuses: bool = False,
    ) -> bytes:
        """Return a signed consent: to earlier acceptance, or to passing on ``to`` somebody, or its refusal."""
        agreed = ConsentKind.ACCEPT_EARLY if to is None else ConsentKind.PASSING_ON
        kind = ConsentKind.NOT_PASSING_ON if refuses else agreed
        return self._word(kind, to, request_id=request_id, key=key, later_s=later_s)

    def flag(self, *, request_id: str | None = None, key: Ed25519PrivateKey | None = None, later_s: int = 0) -> bytes:
        """Return the signed word that custodians alone see the share."""
        return self._word(ConsentKind.CUSTODIANS_ONLY, None, request_id=request_id, key=key, later_s=later_s)

    def _word(
        self,
        kind: ConsentKind,
        to: PassedOnTo | None,
        *,
        request_id: str | None,
        key: Ed25519PrivateKey | None,
        later_s: int,
    ) -> bytes:
        message = Consent(
            share_id=self.share.share_id,
            request_id=request_id or self.share.request_id,
            at=datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=later_s),
            kind=kind,
            to=to,
        )
        return dsse.sign(Consent.PAYLOAD_TYPE, message.to_bytes(), [key or self.one_time_key])


def seal_share(
    request: Request,
    request_id: str,
    *,
    clip: bytes = b"clip " * 50_000,
    one_time_key: Ed25519PrivateKey | None = None,
    share_id: str | None = None,
    flagged: bool = False,
) -> SealedShare:
    """Seal a clip and a manifest to the request's recipients; one that its owner flagged to its custodians alone.

    ``share_id``: another id than that of its key, which no hub takes.
    """
    one_time_key, identity = one_time_key or Ed25519PrivateKey.generate(), Identity.generate()
    public_key = one_time_key.public_key().public_bytes_raw()
    sealed_to = custodians_of(request.recipients) if flagged else request.recipients
    recipients = [each.age_recipient for each in sealed_to]
    bodies, parts = {}, []
    for name, plain in ((PartName.CLIP, clip), (PartName.MANIFEST, b'{"a": "manifest"}')):
        state = SealState.new(recipients)
        body = b"".join(state.body([plain]))
        bodies[name.value] = body
        parts.append(
            SealedPart(
                name=name,
                header=state.header,
                body_sha256=hashlib.sha256(body).hexdigest(),
                body_size_bytes=len(body),
            )
        )
    share = Share(
        share_id=share_id or share_id_of(public_key),
        request_id=request_id,
        recipients_sha256=recipients_hash(sealed_to),
        one_time_key=public_key,
        receipt_recipient=identity.recipient,
        parts=tuple(parts),
    )
    return SealedShare(
        share=share,
        envelope=dsse.sign(Share.PAYLOAD_TYPE, share.to_bytes(), [one_time_key]),
        bodies=bodies,
        one_time_key=one_time_key,
        identity=identity,
    )


def checksum(piece: bytes) -> dict[str, str]:
    """Return the tus checksum header of a piece."""
    return {"Upload-Checksum": "sha256 " + base64.b64encode(hashlib.sha256(piece).digest()).decode()}


class HomeClient:
    """Speaks protocol section 10 to a hub."""

    def __init__(self, session: aiohttp.ClientSession, base_url: str, token: str) -> None:
        """Use ``token`` as the home's bearer."""
        self._session = session
        self._base_url = base_url
        self.headers = {"Authorization": f"Bearer {token}"}

    async def ask(
        self, method: str, path: str, *, headers: dict[str, str] | None = None, data: object = None
    ) -> tuple[int, Mapping[str, str], bytes]:
        """Send one request; return status, headers, body."""
        async with self._session.request(
            method, self._base_url + path, headers=self.headers | (headers or {}), data=data
        ) as response:
            return response.status, response.headers, await response.read()

    async def announce(self, share: SealedShare) -> int:
        """Post the envelope."""
        status, _, _ = await self.ask("POST", "/v1/shares", data=share.envelope)
        return status

    async def offset(self, share: SealedShare, name: str = "clip") -> int:
        """Ask how much of a body is there."""
        status, headers, _ = await self.ask("HEAD", share.url(name), headers=share.tus)
        assert status == 200, status
        return int(headers["Upload-Offset"])

    async def patch(
        self,
        share: SealedShare,
        offset: int,
        piece: object,
        *,
        name: str = "clip",
        headers: dict[str, str] | None = None,
    ) -> tuple[int, Mapping[str, str], bytes]:
        """Send one piece."""
        fields = share.tus | {"Upload-Offset": str(offset), "Content-Type": PIECE_TYPE} | (headers or {})
        return await self.ask("PATCH", share.url(name), headers=fields, data=piece)

    async def patch_and_cut(self, share: SealedShare, piece: bytes, *, announced_bytes: int) -> None:
        """Announce a piece, send only ``piece`` of it, and end the connection."""
        url = urlsplit(self._base_url)
        fields = self.headers | share.tus | {"Upload-Offset": "0", "Content-Type": PIECE_TYPE}
        fields |= {"Host": url.netloc, "Content-Length": str(announced_bytes)}
        lines = [f"PATCH {share.url()} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items()), "", ""]
        _, writer = await asyncio.open_connection(url.hostname, url.port)
        writer.write("\r\n".join(lines).encode() + piece)
        await writer.drain()
        await asyncio.sleep(0.2)  # the hub begins to read before the end comes
        writer.close()
        await writer.wait_closed()

    async def send(self, share: SealedShare, *, piece_bytes: int = 65_536) -> None:
        """Announce a share and send every body to its end, from where the hub stands."""
        assert await self.announce(share) in {200, 201}
        for name, body in share.bodies.items():
            offset = await self.offset(share, name)
            while offset < len(body):
                piece = body[offset : offset + piece_bytes]
                status, headers, text = await self.patch(share, offset, piece, name=name, headers=checksum(piece))
                assert status == 204, (status, text)
                offset = int(headers["Upload-Offset"])
