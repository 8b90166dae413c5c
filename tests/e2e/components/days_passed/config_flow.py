"""Which repair it is."""

from __future__ import annotations

from typing import Any

import voluptuous as vol
from homeassistant.config_entries import ConfigFlow, ConfigFlowResult

FORM = vol.Schema(
    {
        vol.Required("issue_id"): str,
        vol.Required("translation_key"): str,
        vol.Required("camera_id", default=""): str,
        vol.Required("camera", default=""): str,
    }
)


class DaysPassedFlow(ConfigFlow, domain="days_passed"):
    """One step."""

    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask, then keep."""
        if user_input is None:
            return self.async_show_form(step_id="user", data_schema=FORM)
        return self.async_create_entry(title=user_input["issue_id"], data=user_input)
