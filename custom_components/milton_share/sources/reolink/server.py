"""Which camera or recorder: its address and login, out of Home Assistant's own `reolink` entry."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from yarl import URL

from ..recorder_clients.errors import CopyError, CopyRule


@dataclass(frozen=True, slots=True, kw_only=True)
class ReolinkServer:
    """One device that speaks Reolink's HTTP API, and a user of it."""

    kind: ClassVar[str] = "reolink"
    host: str
    port: int
    https: bool
    username: str
    password: str = field(repr=False)

    @property
    def api(self) -> URL:
        """The one address of its API; raises CopyError `source_away` for a host that is none."""
        scheme = "https" if self.https else "http"
        try:
            return URL.build(scheme=scheme, host=self.host, port=self.port, path="/cgi-bin/api.cgi")
        except (ValueError, TypeError) as error:
            raise CopyError(CopyRule.AWAY, "an address that is none") from error
