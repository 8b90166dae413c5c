"""Repairs that an owner can carry out in Home Assistant's own dialog.

- Whoever presses is judged as on the page, by the session of the request that brings the answer: an administrator can
  open the dialog, and is refused in it. That refusal is kept for the approvers to see.
- None asks the hub anything sooner than its own clock does (law 1). A new address is asked whose it is, as in
  *Reconfigure*: without a token.
- Where a button can't mend it (a certificate, a clock, another city's key), there is none.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any

import voluptuous as vol
from homeassistant.components.repairs import RepairsFlow
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.selector import (
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)

from .approvers.refused_acts import Act
from .approvers.rules import Refusal
from .const import CONF_HOME_URL, DOMAIN, STORAGE_MAX_GB
from .enrollment.city_check import same_city_at
from .enrollment.client import parse_hub_url
from .errors import MiltonShareError
from .panel.lookup import running_home
from .panel.repair_session import pressed_by
from .runtime.issues import CAMERA_GONE, HUB_AWAY

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from homeassistant.core import HomeAssistant
    from homeassistant.data_entry_flow import FlowResult

    from .approvers.rules import Session
    from .panel.service import PanelService

FIELD_HUB_URL = "hub_url"
FIELD_STORAGE_GB = "storage_gb"
NOT_YOURS, NOT_NOW = "not_yours", "not_now"  # what the dialog says: two sentences for all rules
_OF_PEOPLE = frozenset({*Refusal, "not_owner"})

type Given = dict[str, Any] | None
type Data = dict[str, str | int | float | None] | None

_URL = TextSelector(TextSelectorConfig(type=TextSelectorType.URL))
_GIB = NumberSelector(
    NumberSelectorConfig(min=1, max=STORAGE_MAX_GB, step=1, mode=NumberSelectorMode.BOX, unit_of_measurement="GiB")
)


class OwnersFlow(RepairsFlow):
    """A choice between fixing a repair and ignoring it, since Home Assistant offers only one of both."""

    mends: str  # the step that does

    async def async_step_init(self, user_input: Given = None) -> FlowResult:
        """Ask what to do."""
        del user_input
        return self.async_show_menu(
            step_id="init", menu_options=[self.mends, "ignore"], description_placeholders=self._named
        )

    async def async_step_ignore(self, user_input: Given = None) -> FlowResult:
        """Ignore the repair, as Home Assistant does with repairs without a button."""
        del user_input
        ir.async_ignore_issue(self.hass, DOMAIN, self.issue_id, ignore=True)
        return self.async_abort(reason="issue_ignored", description_placeholders=self._named)

    @property
    def _named(self) -> dict[str, str]:
        issue = ir.async_get(self.hass).async_get_issue(DOMAIN, self.issue_id)
        return (issue.translation_placeholders if issue else None) or {}

    async def _done(self, act: Act, work: Callable[[PanelService, Session], Awaitable[None]]) -> str | None:
        """Act like the page for the person who answered; return the message of a refusal."""
        who = pressed_by(self.hass)
        if who is None:
            return NOT_YOURS
        session, user_name = who
        try:
            panel = running_home(self.hass).panel
        except MiltonShareError:
            return NOT_NOW
        try:
            await work(panel, session)
        except MiltonShareError as refusal:
            await panel.note_refused(session, user_name, act, refusal.rule)
            return NOT_YOURS if refusal.rule in _OF_PEOPLE else NOT_NOW
        except (OSError, sqlite3.Error):
            return NOT_NOW
        return None


class CameraGoneFlow(OwnersFlow):
    """Stops requests to a camera that Home Assistant no longer has; its settings stay in case it returns."""

    mends = "not_asked"

    async def async_step_not_asked(self, user_input: Given = None) -> FlowResult:
        """Stop requests to the camera."""
        del user_input
        camera_id = str((self.data or {})["camera_id"])

        async def take_back(panel: PanelService, session: Session) -> None:
            await panel.settings.ask_no_more(session, camera_id)

        refused = await self._done(Act.SET_CAMERA, take_back)
        if refused is not None:
            return self.async_abort(reason=refused, description_placeholders=self._named)
        return self.async_create_entry(data={})


class HubAwayFlow(OwnersFlow):
    """Follows a hub to a new address, if the same city's root key answers there."""

    mends = "hub_address"

    async def async_step_hub_address(self, user_input: Given = None) -> FlowResult:
        """Ask for the new address; the home restarts with it."""
        errors = {}
        (entry,) = self.hass.config_entries.async_entries(DOMAIN)
        if user_input is not None:
            try:
                city = await same_city_at(self.hass, entry, parse_hub_url(user_input[FIELD_HUB_URL]))
            except MiltonShareError as error:
                errors["base"] = error.rule
            else:
                data = {**entry.data, CONF_HOME_URL: city.record.hub.home_url}
                self.hass.config_entries.async_update_entry(entry, data=data)
                self.hass.config_entries.async_schedule_reload(entry.entry_id)
                return self.async_create_entry(data={})
        schema = vol.Schema({vol.Required(FIELD_HUB_URL, default=entry.data[CONF_HOME_URL]): _URL})
        return self.async_show_form(step_id="hub_address", data_schema=schema, errors=errors)


class RoomFlow(OwnersFlow):
    """Changes the recordings' storage limit."""

    mends = "room"

    async def async_step_room(self, user_input: Given = None) -> FlowResult:
        """Ask how much, and tell the recorder."""
        errors = {}
        if user_input is not None:
            storage_gb = int(user_input[FIELD_STORAGE_GB])

            async def give(panel: PanelService, session: Session) -> None:
                await panel.household.set(session, storage_gb=storage_gb)

            refused = await self._done(Act.HOUSEHOLD, give)
            if refused is None:
                return self.async_create_entry(data={})
            errors["base"] = refused
        try:
            given_gb = running_home(self.hass).status().storage_gb
        except MiltonShareError:
            return self.async_abort(reason=NOT_NOW)
        default_gb = user_input[FIELD_STORAGE_GB] if user_input else given_gb
        schema = vol.Schema({vol.Required(FIELD_STORAGE_GB, default=default_gb): _GIB})
        return self.async_show_form(step_id="room", data_schema=schema, errors=errors)


async def async_create_fix_flow(_hass: HomeAssistant, issue_id: str, _data: Data) -> RepairsFlow:
    """Return the dialog of one repair that has a button."""
    if issue_id.startswith(CAMERA_GONE):
        return CameraGoneFlow()
    return HubAwayFlow() if issue_id == HUB_AWAY else RoomFlow()
