"""What the integration refuses, by the rule's name."""

from __future__ import annotations

from homeassistant.exceptions import HomeAssistantError

from .const import DOMAIN


class MiltonShareError(HomeAssistantError):
    """A refusal; ``rule`` is its stable name, and its message is the translation ``exceptions.<rule>``."""

    def __init__(self, rule: str) -> None:
        """Name the rule."""
        super().__init__(rule, translation_domain=DOMAIN, translation_key=rule)
        self.rule = rule


class UnknownCaseError(MiltonShareError):
    """There is no such case, or none any more."""

    def __init__(self) -> None:
        """Name the rule."""
        super().__init__("unknown_case")
