"""Commands to change the household's settings and to leave the program."""

from __future__ import annotations

from datetime import time
from typing import TYPE_CHECKING, Final

import voluptuous as vol

from ...const import STORAGE_MAX_GB
from ...household.model import KEEP_DAYS_MAX, PHONES_MAX, WEEKLY_CAP_MAX, Pause, Quiet, Reminder
from .dispatch import Call, Command
from .forms import PIN, TEXT_ID, whole
from .forms import time as moment

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

_CLOCK = vol.All(str, vol.Match(r"\A([01][0-9]|2[0-3]):[0-5][0-9]\Z"), time.fromisoformat)


def _quiet(value: Mapping[str, time]) -> Quiet:
    return Quiet(from_=value["from"], until=value["until"])


def _pause(value: Mapping[str, datetime | None]) -> Pause:
    return Pause(until=value["until"])


def _services(value: list[str]) -> tuple[str, ...]:
    return tuple(value)


async def set_household(call: Call) -> None:
    """Change the named settings of the household."""
    await call.panel.household.set(
        call.session, **{name: value for name, value in call.message.items() if name not in {"id", "type"}}
    )


async def leave(call: Call) -> dict[str, str]:
    """Leave the program."""
    await call.panel.household.leave(call.session, call.message["pin"])
    return {"hub": "asked"}


COMMANDS: Final = (
    Command(name="leave", run=leave, fields={vol.Required("pin"): PIN}),
    Command(
        name="household/set",
        run=set_household,
        fields={
            vol.Optional("phones"): vol.Any(None, vol.All([TEXT_ID], vol.Length(max=PHONES_MAX), _services)),
            vol.Optional("quiet"): vol.Any(
                None, vol.All({vol.Required("from"): _CLOCK, vol.Required("until"): _CLOCK}, _quiet)
            ),
            vol.Optional("pause"): vol.Any(None, vol.All({vol.Required("until"): vol.Any(None, moment)}, _pause)),
            vol.Optional("urgent_breaks_quiet"): bool,
            vol.Optional("weekly_cap"): whole(0, WEEKLY_CAP_MAX),
            vol.Optional("reminder"): vol.All(str, vol.In([choice.value for choice in Reminder]), vol.Coerce(Reminder)),
            vol.Optional("audio"): bool,
            vol.Optional("named"): bool,
            vol.Optional("storage_gb"): whole(1, STORAGE_MAX_GB),
            vol.Optional("keep_days"): whole(1, KEEP_DAYS_MAX),
        },
    ),
)
