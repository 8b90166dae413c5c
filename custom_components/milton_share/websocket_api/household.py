"""The command by which the owner sets what holds for all requests."""

from __future__ import annotations

from datetime import time
from typing import TYPE_CHECKING, Final

import voluptuous as vol

from ..const import STORAGE_MAX_GB
from ..household import PHONES_MAX, WEEKLY_CAP_MAX, Household, Quiet, Reminder
from .dispatch import Call, Command
from .forms import TEXT_ID, whole

if TYPE_CHECKING:
    from collections.abc import Mapping

_CLOCK = vol.All(str, vol.Match(r"\A([01][0-9]|2[0-3]):[0-5][0-9]\Z"), time.fromisoformat)


def _quiet(value: Mapping[str, time]) -> Quiet:
    return Quiet(from_=value["from"], until=value["until"])


async def set_household(call: Call) -> None:
    """Keep all of the household's settings, in place of what was kept."""
    message = call.message
    phones = message["phones"]
    await call.desk.household.set(
        call.session,
        Household(
            phones=None if phones is None else tuple(phones),
            quiet=message["quiet"],
            urgent_breaks_quiet=message["urgent_breaks_quiet"],
            weekly_cap=message["weekly_cap"],
            reminder=message["reminder"],
            audio=message["audio"],
            named=message["named"],
            storage_gb=message["storage_gb"],
        ),
    )


COMMANDS: Final = (
    Command(
        name="household/set",
        run=set_household,
        fields={
            vol.Required("phones"): vol.Any(None, vol.All([TEXT_ID], vol.Length(max=PHONES_MAX))),
            vol.Required("quiet"): vol.Any(
                None, vol.All({vol.Required("from"): _CLOCK, vol.Required("until"): _CLOCK}, _quiet)
            ),
            vol.Required("urgent_breaks_quiet"): bool,
            vol.Required("weekly_cap"): whole(0, WEEKLY_CAP_MAX),
            vol.Required("reminder"): vol.All(str, vol.In([choice.value for choice in Reminder]), vol.Coerce(Reminder)),
            vol.Required("audio"): bool,
            vol.Required("named"): bool,
            vol.Required("storage_gb"): whole(1, STORAGE_MAX_GB),
        },
    ),
)
