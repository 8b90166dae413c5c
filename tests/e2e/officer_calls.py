"""An officer without a browser: the same HTTP calls that the pages make, with a security key in software."""

from __future__ import annotations

import asyncio
import hashlib
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

from .evidence import identity_in, need, open_sealed, unb64
from .passkey import SoftwarePasskey
from .processes import StepError

if TYPE_CHECKING:
    from pathlib import Path

    import aiohttp

DEVICE = "MPD laptop 14"


class Pages(Protocol):
    """A hub by its pages."""

    @property
    def officers_url(self) -> str:
        """The officers' pages."""

    @property
    def signer_url(self) -> str:
        """The signing page."""


class OfficerCalls:
    """One person of the agency at one device."""

    def __init__(self, city: Pages, session: aiohttp.ClientSession) -> None:
        """Name the hub; ``session`` has a cookie jar of its own, and keeps cookies of localhost."""
        self._city = city
        self._http = session
        self.sign_in_key = SoftwarePasskey("localhost", city.officers_url)
        self.signing_key = SoftwarePasskey(urlsplit(city.signer_url).hostname or "", city.signer_url)

    async def call(self, method: str, path: str, body: object = None, fresh: str = "") -> Any:  # noqa: ANN401  a peer's JSON
        """Make one call as a page of the officers' origin does; raise StepError with the hub's own words."""
        headers = {"Origin": self._city.officers_url}
        if fresh:
            headers["Milton-Fresh"] = fresh
        async with self._http.request(method, self._city.officers_url + path, json=body, headers=headers) as answer:
            if not answer.ok:
                message = f"{method} {path}: {answer.status} {(await answer.text())[:500]}"
                raise StepError(message)
            if answer.content_type == "application/json":
                return await answer.json()
            return await answer.read()

    async def _proof(self, act: str) -> str:
        """Prove the sign-in passkey again for an act that has no subject."""
        begun = await self.call("POST", "/reverify/options", {"act": act, "subject": ""})
        credential = self.sign_in_key.sign(begun["options"]["challenge"])
        words = {"act": act, "subject": "", "ceremony": begun["ceremony"], "credential": credential}
        return str((await self.call("POST", "/reverify/verify", words))["fresh"])

    async def register(self, invitation: str) -> None:
        """Go through an invitation: a sign-in passkey and a signing key."""
        code = invitation.partition("#code=")[2]
        begun = await self.call("POST", "/invite/open", {"code": code})
        credential = self.sign_in_key.register(begun["options"]["challenge"])
        words = {"ceremony": begun["ceremony"], "credential": credential, "code": code, "device": DEVICE}
        await self.call("POST", "/invite/register", {**words, "age_recipient": None})
        proof = await self._proof("signing_key.propose")
        begun = await self.call("POST", "/account/signing-key/options", {}, fresh=proof)
        credential = self.signing_key.register(begun["options"]["challenge"])
        await self.call("POST", "/account/signing-key", {"ceremony": begun["ceremony"], "credential": credential})

    async def sign_in(self) -> None:
        """Sign in again with the passkey."""
        begun = await self.call("POST", "/sign-in/options", {})
        credential = self.sign_in_key.sign(begun["options"]["challenge"])
        await self.call("POST", "/sign-in/verify", {"ceremony": begun["ceremony"], "credential": credential})

    async def sign(self, draft: dict[str, Any]) -> str:
        """Draft and sign a request; return its id. Above the limits it waits for a second person then."""
        drafted = await self.call("POST", "/api/requests", draft)
        need(drafted["allowed"], f"the hub refused the draft: {drafted['broken']}")
        request_id = str(drafted["id"])
        await self.sign_request(request_id)
        return request_id

    async def ask(self, draft: dict[str, Any]) -> str:
        """Draft, sign and publish a request; return its id."""
        request_id = await self.sign(draft)
        await self.call("POST", f"/api/requests/{request_id}/publish", {})
        return request_id

    async def open(self, share_id: str, identity: Path) -> bytes:
        """Fetch a share's sealed clip and decrypt it; return its bytes."""
        details = await self.call("GET", f"/api/shares/{share_id}")
        header = next(unb64(part["header"]) for part in details["parts"] if part["name"] == "clip")
        body = await self.call("GET", f"/api/shares/{share_id}/parts/clip/body")
        return await asyncio.to_thread(open_sealed, header, body, await asyncio.to_thread(identity_in, identity))

    async def sign_request(self, request_id: str) -> None:
        """Sign a drafted request's payload with the signing key, as the signer's page does."""
        request = await self.call("GET", f"/api/requests/{request_id}")
        challenge = bytes_to_base64url(hashlib.sha256(base64url_to_bytes(request["payload"])).digest())
        signed: Any = self.signing_key.sign(challenge)
        assertion = {
            "role": "officer",
            "person_id": request["officer"]["person_id"],
            "credential_id": signed["id"],
            "client_data": signed["response"]["clientDataJSON"],
            "authenticator_data": signed["response"]["authenticatorData"],
            "signature": signed["response"]["signature"],
        }
        await self.call("POST", f"/api/requests/{request_id}/assertions", assertion)
