"""Which Frigate, and which of its cameras: both come from Home Assistant's own `frigate` entry, none from a network."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import ClassVar

from yarl import URL

from ..recorder_clients.errors import CopyError, CopyRule

CAMERA_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")
"""What Frigate lets a camera be called (REGEX_CAMERA_NAME of its `const.py`): no part of a path can hide in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FrigateServer:
    """One Frigate: its address as the owner gave it, and the login, if it asks for one."""

    kind: ClassVar[str] = "frigate"
    url: str
    username: str = ""
    password: str = field(default="", repr=False)
    check_certificate: bool = True

    def at(self, *parts: str) -> URL:
        """Return an address below the server's own; raises CopyError `source_away` when that isn't HTTP."""
        try:
            base = URL(self.url)
        except ValueError as error:
            raise CopyError(CopyRule.AWAY, "an address that is none") from error
        if base.scheme not in ("http", "https") or not base.host:
            raise CopyError(CopyRule.AWAY, "an address that is not HTTP")
        return base.with_query(None).with_fragment(None).joinpath(*parts)


def recording_path(camera: str, start_s: int) -> tuple[str, ...]:
    """Where Frigate keeps what it began to write in this second of UTC, below its own address.

    Its web server gives `/media/frigate/recordings` out as files: the same bytes that lie on its disk.
    """
    began = datetime.fromtimestamp(start_s, UTC)
    return "recordings", f"{began:%Y-%m-%d}", f"{began:%H}", camera, f"{began:%M.%S}.mp4"
