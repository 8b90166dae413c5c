"""Which console: its address and login, out of Home Assistant's own `unifiprotect` entry."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import ClassVar

from yarl import URL

from ..recorder_clients.errors import CopyError, CopyRule

MAC = re.compile(r"[0-9A-F]{12}")
"""How Protect writes the address of a camera: so Home Assistant's entities and Protect's answers meet."""
PACKAGE = "_3"
"""After a camera's address: its second lens, which looks at what lies before the door (channel 3)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtectServer:
    """One console that runs Protect, and a local user of it."""

    kind: ClassVar[str] = "unifi_protect"
    host: str
    port: int
    username: str
    password: str = field(repr=False)
    check_certificate: bool = True

    def at(self, path: str) -> URL:
        """Return an address of the console; raises CopyError `source_away` for a host that is none."""
        try:
            return URL.build(scheme="https", host=self.host, port=self.port, path=path)
        except (ValueError, TypeError) as error:
            raise CopyError(CopyRule.AWAY, "an address that is none") from error
