"""Leaving the program: what is here is erased at once, and the hub is asked to erase until it has answered.

That the owner leaves is on the disk, with all that is needed to ask the hub, before anything is wiped. From then on
the entry does nothing else; it goes when the hub has answered. What the hub signed is kept for the owner, in a file
beside Home Assistant's own configuration.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from homeassistant.components import persistent_notification
from homeassistant.util import dt as dt_util

from ..const import CONF_AGENCY_ID, CONF_CITY_NAME, CONF_HOME_ID, CONF_HOME_TOKEN, CONF_HOME_URL, DOMAIN, LOGGER
from ..hub_link.client import HubAwayError, HubClient, HubRefusedError
from ..hub_link.session import hub_session
from ..shared.milton_protocol.base64_text import standard_base64
from ..shared.milton_protocol.errors import ProtocolError
from ..shared.milton_protocol.messages.homes.erasure import open_erasure
from ..storage.disk import sync_folder
from ..storage.durable_steps import Step, durable
from ..storage.paths import database_path, joining_path, leaving_path, private_places
from ..storage.private_folder import PrivateFolder
from ..text.language import said
from .client import leave

if TYPE_CHECKING:
    from homeassistant.config_entries import ConfigEntry
    from homeassistant.core import HomeAssistant

FIRST_S = (1.5, 2.5)  # Home Assistant has written down by then that the entry holds no key any more
RETRY_S = (240.0, 900.0)  # a hub that is away
HOME_UNKNOWN = "home_unknown"  # it knows nothing of this home: there is nothing to erase
HOME_CHARS = 8  # of a home's number, in a file's name

SAYINGS = {
    "left_asking": {
        "en": (
            "You left the program of {name}. Everything of it on this home is erased. The city's server is "
            "being asked to erase what it knows of your home; if it can't be reached, your home keeps asking. "
            "To end that too, delete Milton Share in Home Assistant's integrations."
        ),
        "es": (
            "Ha dejado el programa de {name}. Todo lo suyo en esta casa está borrado. Se pide al servidor "
            "de la ciudad que borre lo que sabe de su casa; si no se le puede alcanzar, su casa sigue pidiéndolo. "
            "Para acabar también con eso, elimine Milton Share en las integraciones de Home Assistant."
        ),
    },
    "left_erased": {
        "en": (
            "The city's server erased what it knew of your home, and signed that. The signature was checked. "
            "It is kept in your configuration folder as {name}."
        ),
        "es": (
            "El servidor de la ciudad borró lo que sabía de su casa y lo firmó. La firma se comprobó. Está "
            "guardada en su carpeta de configuración como {name}."
        ),
    },
    "left_unsigned": {
        "en": (
            "The city's server answered that it erased what it knew of your home, but its signature could not "
            "be checked. The answer is kept in your configuration folder as {name}: show it to the city if you "
            "doubt it."
        ),
        "es": (
            "El servidor de la ciudad respondió que borró lo que sabía de su casa, pero no se pudo comprobar su "
            "firma. La respuesta está en su carpeta de configuración como {name}: muéstrela a la ciudad si lo duda."
        ),
    },
    "left_unknown": {
        "en": "The server of {name} knows nothing of your home any more: there was nothing left to erase.",
        "es": "El servidor de {name} ya no sabe nada de su casa: no quedaba nada que borrar.",
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """All that is needed to ask the hub, and to check what it answers."""

    home_url: str
    home_token: str = field(repr=False)
    home_id: str
    agency_id: str
    city_name: str
    hub_key: str | None  # hex; None where the city's trust documents were not trusted then


def read_leaving(path: Path) -> Leaving | None:
    """Return what lies there, or None. Blocking."""
    try:
        return Leaving(**json.loads(path.read_bytes()))
    except FileNotFoundError:
        return None


async def leave_programme(hass: HomeAssistant, entry: ConfigEntry, hub_key: bytes | None) -> None:
    """Write down that the owner leaves, then begin with it; all that is here is wiped when this returns."""
    leaving = Leaving(
        home_url=entry.data[CONF_HOME_URL],
        home_token=entry.data[CONF_HOME_TOKEN],
        home_id=entry.data[CONF_HOME_ID],
        agency_id=entry.data[CONF_AGENCY_ID],
        city_name=entry.data[CONF_CITY_NAME],
        hub_key=hub_key.hex() if hub_key else None,
    )
    data = json.dumps(asdict(leaving)).encode()
    await hass.async_add_executor_job(partial(_write, leaving_path(hass), data, Step.LEAVING_KEPT))
    await hass.config_entries.async_reload(entry.entry_id)


async def async_setup_leaving(hass: HomeAssistant, entry: ConfigEntry) -> bool:
    """Go on with leaving, where the owner leaves; return whether that is so."""
    leaving = await hass.async_add_executor_job(read_leaving, leaving_path(hass))
    if leaving is None and CONF_HOME_TOKEN in entry.data:
        return False
    await hass.async_add_executor_job(wipe, hass)
    hass.config_entries.async_update_entry(entry, data={}, options={})
    if leaving is None:  # it had left, and an end came before that was written down
        hass.async_create_task(hass.config_entries.async_remove(entry.entry_id), "milton_share removal")
    else:
        _show(hass, "left_asking", leaving.city_name)
        entry.async_create_background_task(hass, _ask(hass, entry, leaving), "milton_share leaving")
    return True


async def async_removed(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Wipe what is left; an entry that is taken away while it takes part asks the hub once."""
    leaving = await hass.async_add_executor_job(read_leaving, leaving_path(hass))
    if leaving is None and CONF_HOME_TOKEN in entry.data:
        try:
            await leave(HubClient(hub_session(hass), entry.data[CONF_HOME_URL], entry.data[CONF_HOME_TOKEN]))
        except (HubAwayError, HubRefusedError) as error:
            LOGGER.warning("The hub was not told that this home left: %r", error)
    await hass.async_add_executor_job(partial(wipe, hass, also=leaving_path(hass)))


def wipe(hass: HomeAssistant, also: Path | None = None) -> None:
    """Wipe all that was kept here, and ``also`` last. May be called twice. Blocking."""
    database = database_path(hass)
    with durable(Step.HOME_WIPED):
        for path in (joining_path(hass), database, *database.parent.glob(f"{database.name}-*")):
            path.unlink(missing_ok=True)
        for folder in private_places(hass):
            PrivateFolder(folder).wipe()
        if also is not None:
            also.unlink(missing_ok=True)


async def _ask(hass: HomeAssistant, entry: ConfigEntry, leaving: Leaving) -> None:
    """Ask the hub until it answers; keep and show what it signed, then take the entry away."""
    client = HubClient(hub_session(hass), leaving.home_url, leaving.home_token)
    chance = random.SystemRandom()
    pause_s, told = FIRST_S, False
    while True:
        await asyncio.sleep(chance.uniform(*pause_s))
        try:
            erasure = await leave(client)
        except HubRefusedError as error:
            if error.rule == HOME_UNKNOWN:
                _show(hass, "left_unknown", leaving.city_name)
                break
            refusal: Exception = error
        except HubAwayError as error:
            refusal = error
        else:
            path = await _keep(hass, leaving, erasure)
            _show(hass, "left_erased" if _is_signed(leaving, erasure) else "left_unsigned", path.name)
            break
        if not told:
            told = True
            LOGGER.warning("The hub did not answer yet that it erased this home, asking on: %r", refusal)
        pause_s = RETRY_S
    hass.async_create_task(hass.config_entries.async_remove(entry.entry_id), "milton_share removal")


def _is_signed(leaving: Leaving, erasure: bytes) -> bool:
    if leaving.hub_key is None:
        return False
    try:
        open_erasure(erasure, bytes.fromhex(leaving.hub_key), leaving.agency_id, leaving.home_id)
    except ProtocolError:
        return False
    return True


async def _keep(hass: HomeAssistant, leaving: Leaving, erasure: bytes) -> Path:
    """Keep what the hub answered, with the key that checks it: no secret is in it."""
    path = Path(hass.config.path(f"milton_share_left_{leaving.home_id[:HOME_CHARS]}.json"))
    value = {
        "city": leaving.city_name,
        "agency_id": leaving.agency_id,
        "home_id": leaving.home_id,
        "answered_at": dt_util.utcnow().isoformat(timespec="seconds"),
        "erasure": standard_base64(erasure),
        "hub_key": leaving.hub_key,
        "signature_checked": _is_signed(leaving, erasure),
    }
    data = json.dumps(value, indent=2).encode()
    await hass.async_add_executor_job(partial(_write, path, data, Step.ERASURE_KEPT))
    return path


def _show(hass: HomeAssistant, key: str, name: str) -> None:
    """Say where things stand, in Home Assistant's own notifications: they leave the house on no way."""
    text = said(SAYINGS[key], hass.config.language).format(name=name)
    persistent_notification.async_create(hass, text, "Milton Share", f"{DOMAIN}_left")


def _write(path: Path, data: bytes, step: Step) -> None:
    new = path.with_name(f"{path.name}.new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    with durable(step):
        new.replace(path)
        sync_folder(path.parent)
