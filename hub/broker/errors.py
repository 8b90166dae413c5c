"""What the broker part refuses or fails at."""

from __future__ import annotations


class BrokerError(Exception):
    """The broker can't be used; ``rule`` is stable, ``detail`` is for the log and names no home."""

    def __init__(self, rule: str, detail: str = "") -> None:
        """Keep the rule and its detail."""
        super().__init__(f"{rule}: {detail}" if detail else rule)
        self.rule = rule
        self.detail = detail
