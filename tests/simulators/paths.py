"""Paths that lead somewhere."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.simulators.answered import Answered

PATTERN = re.compile(r"{(\w+):(?:[^{}]|{[\d,]+})*}")  # what a part of a path may be


def filled(town: Answered, path: str) -> str:
    """Return a route's path, as it was written or as its resource tells it, with the town's own ids in it."""
    path = PATTERN.sub(r"{\1}", path)
    name = "clip" if "share_id" in path else "none"
    return (
        path.replace("{id}", town.request_id)
        .replace("{share_id}", town.share.share.share_id)
        .replace("{case_id}", town.case_id)
        .replace("{path}", "tile/0/000")
        .replace("{wrap_id}", "0" * 32)
        .replace("{proposal_id}", "0" * 64)
        .replace("{person_id}", "nobody")
        .replace("{invitation_id}", "0" * 64)
        .replace("{device_id}", "0" * 32)
        .replace("{passkey_id}", "0" * 32)
        .replace("{recipient_id}", "nobody")
        .replace("{name}", name)
        .replace("{number}", "1")
        .replace("{quarter}", "2026-Q1")
    )
