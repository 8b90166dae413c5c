"""What can be changed at any time: who is told, and how much disk the recorder may take."""

from __future__ import annotations

from typing import Any

import voluptuous as vol
from homeassistant.components.notify.const import DOMAIN as NOTIFY_DOMAIN
from homeassistant.config_entries import ConfigFlowResult, OptionsFlow
from homeassistant.helpers.selector import (
    NumberSelector,
    NumberSelectorConfig,
    SelectSelector,
    SelectSelectorConfig,
)

from .const import CONF_NOTIFY_SERVICES, CONF_STORAGE_GB, STORAGE_DEFAULT_GB, STORAGE_MAX_GB

PHONE = "mobile_app_"


class MiltonShareOptionsFlow(OptionsFlow):
    """One page. It never reloads the entry: that would throw an open panel out."""

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask."""
        if user_input is not None:
            user_input[CONF_STORAGE_GB] = int(user_input[CONF_STORAGE_GB])
            return self.async_create_entry(data=user_input)
        options = self.config_entry.options
        chosen = options.get(CONF_NOTIFY_SERVICES, [])
        there = self.hass.services.async_services_for_domain(NOTIFY_DOMAIN)
        phones = sorted({name for name in there if name.startswith(PHONE)} | set(chosen))
        schema = vol.Schema(
            {
                vol.Optional(CONF_NOTIFY_SERVICES, default=chosen): SelectSelector(
                    SelectSelectorConfig(options=phones, multiple=True)
                ),
                vol.Required(CONF_STORAGE_GB, default=options.get(CONF_STORAGE_GB, STORAGE_DEFAULT_GB)): NumberSelector(
                    NumberSelectorConfig(min=1, max=STORAGE_MAX_GB, step=1, unit_of_measurement="GiB")
                ),
            }
        )
        return self.async_show_form(step_id="init", data_schema=schema)
