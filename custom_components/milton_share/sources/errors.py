"""What any source of footage refuses, by a rule's name."""

from __future__ import annotations

HOLD_UNKNOWN = "hold_unknown"


class SourceError(Exception):
    """A rule of a source was broken; each source has rules of its own."""

    def __init__(self, rule: str, detail: str = "") -> None:
        """Name the rule; the detail never holds an address with credentials."""
        super().__init__(f"{rule}: {detail}" if detail else rule)
        self.rule = rule
        self.detail = detail
