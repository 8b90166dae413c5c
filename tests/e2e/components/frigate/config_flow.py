"""The form of Frigate's integration: where it is, and its login."""

from __future__ import annotations

from typing import Any

import voluptuous as vol
from homeassistant.config_entries import ConfigFlow, ConfigFlowResult
from homeassistant.const import CONF_PASSWORD, CONF_URL, CONF_USERNAME

FORM = vol.Schema(
    {
        vol.Required(CONF_URL): str,
        vol.Required("validate_ssl", default=True): bool,
        vol.Optional(CONF_USERNAME, default=""): str,
        vol.Optional(CONF_PASSWORD, default=""): str,
    }
)


class FrigateFlowHandler(ConfigFlow, domain="frigate"):
    """One step."""

    VERSION = 2

    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask, then keep."""
        if user_input is None:
            return self.async_show_form(step_id="user", data_schema=FORM)
        return self.async_create_entry(title=user_input[CONF_URL].partition("://")[2], data=user_input)
