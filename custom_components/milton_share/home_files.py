"""Where the files of this home lie."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from .const import DOMAIN
from .outbox.files import PrivateFolder

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
    """Where recordings, clips and sealed bodies are: never in a backup, never browsable."""
    cache_path: Callable[[str], str] | None = getattr(hass.config, "cache_path", None)
    return PrivateFolder(Path(cache_path(DOMAIN) if cache_path else hass.config.path(FOLDER_NAME)))
