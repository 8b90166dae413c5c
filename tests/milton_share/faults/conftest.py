"""What faults are seen by: the owner's own line to the page; and a home whose disk is small."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.milton_share.panel.conftest import connect, line
from tests.simulators.small_disk import small_disk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pytest
    from homeassistant.core import HomeAssistant

__all__ = ["connect", "line"]


@contextmanager
def kept_on_a_small_disk(
    request: pytest.FixtureRequest, hass: HomeAssistant, folder: Path, size_bytes: int
) -> Iterator[None]:
    """Keep Home Assistant's configuration, and with it all that is kept, on a disk of its own until the block ends."""
    request.getfixturevalue("enable_custom_integrations")
    with small_disk(folder, size_bytes) as disk:
        (disk / ".storage").mkdir()
        hass.config.config_dir = str(disk)
        yield
