"""The phones of this home, and whose each is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from homeassistant.components.notify.const import DOMAIN as NOTIFY_DOMAIN
from homeassistant.core import callback
from homeassistant.util import slugify

from ..const import LOGGER

if TYPE_CHECKING:
    from collections.abc import Collection

    from homeassistant.core import HomeAssistant

    from ..approvers.service import ApproverService
    from ..household.service import HouseholdService

MOBILE_APP = "mobile_app"


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """One registration of Home Assistant's own app."""

    service: str  # without `notify.`
    name: str
    user_id: str


@callback
def approvers_phones(hass: HomeAssistant, approver_ids: Collection[str]) -> tuple[Phone, ...]:
    """Return the phones that approvers signed in on, by service; of two with one name both must be approvers'."""
    phones = [
        Phone(
            service=slugify(f"{MOBILE_APP}_{entry.data['device_name']}"),
            name=entry.data["device_name"],
            user_id=entry.data["user_id"],
        )
        for entry in hass.config_entries.async_entries(MOBILE_APP)
        if "device_name" in entry.data and "user_id" in entry.data
    ]
    others = {phone.service for phone in phones if phone.user_id not in approver_ids}
    there = {phone.service: phone for phone in phones if phone.service not in others}
    return tuple(phone for service, phone in sorted(there.items()) if hass.services.has_service(NOTIFY_DOMAIN, service))


class PhoneRepository:
    """The approvers' phones, and which of them the owner has told."""

    def __init__(self, hass: HomeAssistant, household: HouseholdService, approvers: ApproverService) -> None:
        """Take who knows."""
        self._hass, self._household, self._approvers = hass, household, approvers

    @callback
    def all(self) -> tuple[Phone, ...]:
        """Return the approvers' phones."""
        return approvers_phones(self._hass, self._approvers.named())

    @callback
    def told(self) -> tuple[str, ...]:
        """Return the services that are told: the approvers' phones, or those of them that the owner chose."""
        there = tuple(phone.service for phone in self.all())
        chosen = self._household.settings.phones
        if chosen is None:
            return there
        for service in sorted(set(chosen) - set(there)):
            LOGGER.warning("notify.%s is gone, or is no approver's phone: it is not told", service)
        return tuple(service for service in there if service in chosen)
