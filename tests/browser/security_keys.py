"""Security keys of Chromium's own making, of which one at a time is touched."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import CDPSession, Page


@dataclass(kw_only=True)
class SecurityKeys:
    """The keys of one tab; names are the test's own."""

    session: CDPSession
    ids: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, page: Page) -> SecurityKeys:
        """Give ``page`` an empty key ring."""
        session = page.context.new_cdp_session(page)
        session.send("WebAuthn.enable")
        return cls(session=session)

    def add(self, name: str, *, has_prf: bool = True, built_in: bool = False) -> None:
        """Add a key, which is not touched yet; ``built_in``: into the device."""
        options = {
            "protocol": "ctap2",
            "ctap2Version": "ctap2_1",
            "transport": "internal" if built_in else "usb",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": False,
            "hasPrf": has_prf,
        }
        made = self.session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        self.ids[name] = made["authenticatorId"]

    def touch(self, name: str) -> None:
        """Let this key answer from now on, and no other."""
        for each, authenticator_id in self.ids.items():
            touched = {"authenticatorId": authenticator_id, "enabled": each == name}
            self.session.send("WebAuthn.setAutomaticPresenceSimulation", touched)
