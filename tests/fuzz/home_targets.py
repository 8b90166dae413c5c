"""Everything that is read in Home Assistant's environment: what reaches a home, and recordings."""

from __future__ import annotations

from tests.fuzz import added, containers, home_inputs, media, network, recorders
from tests.fuzz.target import table

TARGETS = table(
    home_inputs.TARGETS,
    media.TARGETS,
    containers.TARGETS,
    added.TARGETS,
    recorders.TARGETS,
    network.TARGETS,
)
