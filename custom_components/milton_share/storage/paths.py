"""Where the files of this home lie."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from ..const import DOMAIN
from .disk import is_there
from .private_folder import PrivateFolder

if TYPE_CHECKING:
    from collections.abc import Callable

    from homeassistant.core import HomeAssistant

FOLDER_NAME = ".milton_share.log.d"  # `*.log.*` is left out of backups, by 2026.2 as by 2026.11


def database_path(hass: HomeAssistant) -> Path:
    """Where this home's memory is: with Home Assistant's own, so that backups have it. It holds no footage."""
    return Path(hass.config.path(".storage", f"{DOMAIN}.db"))


def leaving_path(hass: HomeAssistant) -> Path:
    """Where it lies that this home leaves, until the hub has answered."""
    return Path(hass.config.path(".storage", f"{DOMAIN}.leaving"))


def joining_path(hass: HomeAssistant) -> Path:
    """Where this home keeps what it was when it used its code up."""
    return Path(hass.config.path(".storage", f"{DOMAIN}.joining"))


def private_folder(hass: HomeAssistant) -> PrivateFolder:
    """Where recordings, clips and sealed bodies are: never in a backup, never browsable. Blocking."""
    here, elsewhere = private_places(hass)
    return PrivateFolder(elsewhere if is_there(elsewhere) and not is_there(here) else here)


def private_places(hass: HomeAssistant) -> tuple[Path, Path]:
    """Where the private folder belongs by this version of Home Assistant, and where others have it."""
    cache_path: Callable[[str], str] | None = getattr(hass.config, "cache_path", None)
    hidden = Path(hass.config.path(FOLDER_NAME))
    return (Path(cache_path(DOMAIN)), hidden) if cache_path else (hidden, Path(hass.config.path(".cache", DOMAIN)))


def brought_along(hass: HomeAssistant) -> PrivateFolder:
    """Move the private folder to where it belongs since Home Assistant has another version. Blocking."""
    here, elsewhere = private_places(hass)
    if is_there(elsewhere) and not is_there(here) and not PrivateFolder(elsewhere).has_link():
        with suppress(OSError):  # as to another disk: it stays where it is
            here.parent.mkdir(exist_ok=True)
            elsewhere.rename(here)
    return private_folder(hass)
