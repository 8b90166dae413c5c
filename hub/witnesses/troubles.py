"""What becomes of asking a witness, by its stable name, and in words. Nothing that a witness said is in the words."""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Trouble(StrEnum):
    """Why a witness did not cosign. The last two say that this log is not the one it knows."""

    AWAY = "away"
    SLOW = "slow"
    CERTIFICATE = "certificate"
    FOREIGN = "foreign"
    LOG_UNKNOWN = "log_unknown"
    KEY_UNTRUSTED = "key_untrusted"
    FALSE = "false"
    TIME_OFF = "time_off"
    RESTLESS = "restless"
    AHEAD = "ahead"
    FORKED = "forked"


DENIALS = frozenset({Trouble.AHEAD, Trouble.FORKED})
WORDS: Mapping[Trouble, str] = MappingProxyType(
    {
        Trouble.AWAY: "is not reached, or can't answer now",
        Trouble.SLOW: "does not answer in time",
        Trouble.CERTIFICATE: "shows a certificate that is not good",
        Trouble.FOREIGN: "answers what no witness answers",
        Trouble.LOG_UNKNOWN: "does not know this log: its operator has to add it",
        Trouble.KEY_UNTRUSTED: "does not trust this log's key: its operator has another one",
        Trouble.FALSE: "answers with a cosignature that is not its own, or not of this checkpoint",
        Trouble.TIME_OFF: "cosigns with a time that is far from the hub's",
        Trouble.RESTLESS: "names another size of the log each time",
        Trouble.AHEAD: "says that it has seen more of this log than there is here",
        Trouble.FORKED: "says that this log does not go on from what it has seen",
    }
)


class NotCosignedError(Exception):
    """A witness did not cosign; ``size``: of the log as it says it knows it, where it denies this one."""

    def __init__(self, trouble: Trouble, size: int = 0) -> None:
        """Keep both."""
        super().__init__(trouble.value)
        self.trouble = trouble
        self.size = size
