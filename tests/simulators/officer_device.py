"""An officer's device without a browser: the calls that the pages make, with a passkey in software."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from hub.identity.accounts.invitations import demonstrate
from hub.identity.passkeys.reverify import HEADER as FRESH_HEADER
from hub.identity.sessions.csrf import HEADER as WORD_HEADER
from hub.identity.sessions.csrf import word_of
from hub.kit.access import OPERATOR
from tests.e2e.passkey import SoftwarePasskey

if TYPE_CHECKING:
    from tests.simulators.agency import Agency


@dataclass(kw_only=True)
class Device:
    """One browser of one person; ``cookie`` is its session."""

    agency: Agency
    passkey: SoftwarePasskey
    signing_key: SoftwarePasskey
    cookie: str = ""
    begun: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def new(cls, agency: Agency) -> Device:
        """Return a device that nobody has used."""
        settings = agency.settings
        return cls(
            agency=agency,
            passkey=SoftwarePasskey(urlsplit(settings.officers_origin).hostname or "", settings.officers_origin),
            signing_key=SoftwarePasskey(settings.signer_rp_id, settings.signer_origin),
        )

    async def post(self, path: str, body: object = None, fresh: str | None = None) -> tuple[int, Any]:
        """Post as a page of the officers' origin does; keep the session that the answer gives."""
        word = word_of(self.agency.hub.keys.enrolment_secret, self.cookie)
        headers = {
            "Origin": self.agency.settings.officers_origin,
            "Cookie": f"{self.agency.cookie_name}={self.cookie}",
            WORD_HEADER: word,
        } | ({} if fresh is None else {FRESH_HEADER: fresh})
        async with self.agency.session.post(
            self.agency.officers_url + path, json=body or {}, headers=headers, allow_redirects=False
        ) as answer:
            given = answer.cookies.get(self.agency.cookie_name)
            if given is not None:
                self.cookie = given.value
            text = await answer.read()
            return answer.status, json.loads(text) if answer.content_type == "application/json" else text

    async def page(self, path: str) -> tuple[int, str]:
        """Look at a page as a browser does."""
        headers = {"Accept": "text/html", "Cookie": f"{self.agency.cookie_name}={self.cookie}"}
        async with self.agency.session.get(
            self.agency.officers_url + path, headers=headers, allow_redirects=False
        ) as answer:
            return answer.status, await answer.text()

    async def open_invitation(self, person_id: str) -> tuple[int, Any]:
        """Let the operator invite a person, and open the link."""
        async with self.agency.hub.database.session("test") as session:
            code = await demonstrate(
                session, self.agency.directory, OPERATOR, person_id=person_id, at=self.agency.clock()
            )
        return await self.open_code(code)

    async def open_code(self, code: str) -> tuple[int, Any]:
        """Open the link of an invitation."""
        status, self.begun = await self.post("/invite/open", {"code": code})
        self.begun["code"] = code
        return status, self.begun

    async def register(self, **changes: object) -> tuple[int, Any]:
        """Answer the invitation with a new passkey."""
        body = {
            "code": self.begun["code"],
            "ceremony": self.begun["ceremony"],
            "credential": self.passkey.register(self.begun["options"]["challenge"]),
            "device": "MPD-LT-031",
            "age_recipient": None,
        }
        return await self.post("/invite/register", body | changes)

    async def begin_signing_key(self) -> tuple[int, Any]:
        """Begin the making of a signing credential, the passkey proven."""
        return await self.post("/account/signing-key/options", fresh=await self.proof("signing_key.propose", ""))

    async def make_signing_key(self) -> tuple[int, Any]:
        """Make a signing credential, as the signer's page does."""
        _, begun = await self.begin_signing_key()
        credential = self.signing_key.register(begun["options"]["challenge"])
        return await self.post("/account/signing-key", {"ceremony": begun["ceremony"], "credential": credential})

    async def begin_proof(self, act: str, subject: str) -> dict[str, Any]:
        """Begin to prove the passkey again."""
        status, begun = await self.post("/reverify/options", {"act": act, "subject": subject})
        assert status == 200, begun
        return begun | {"act": act, "subject": subject}

    async def answer_proof(self, begun: dict[str, Any], credential: object) -> tuple[int, Any]:
        """Answer what was begun."""
        words = {name: begun[name] for name in ("ceremony", "act", "subject")}
        return await self.post("/reverify/verify", words | {"credential": credential})

    async def proof(self, act: str, subject: str) -> str:
        """Prove the passkey again; return the proof."""
        begun = await self.begin_proof(act, subject)
        status, answer = await self.answer_proof(begun, self.passkey.sign(begun["options"]["challenge"]))
        assert status == 200, answer
        return str(answer["fresh"])

    async def sign_in(self) -> tuple[int, Any]:
        """Sign in with the passkey."""
        _, begun = await self.post("/sign-in/options")
        credential = self.passkey.sign(begun["options"]["challenge"])
        return await self.post("/sign-in/verify", {"ceremony": begun["ceremony"], "credential": credential})
