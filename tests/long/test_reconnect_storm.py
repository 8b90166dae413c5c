"""Two thousand homes lose their broker at once: all are back, each with every live request exactly once.

Fewer homes: `STORM_HOMES=200 scripts/test --long -k storm`; CI has a small one in `tests/attacks`.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tests.long.report import write_section
from tests.simulators.storm import BACK_MAX_S, storm

if TYPE_CHECKING:
    from pathlib import Path

    from tests.simulators.storm import Storm

HOMES = int(os.environ.get("STORM_HOMES", "2000"))
REQUESTS = 20
HEADING = "Two thousand homes lose the broker"


async def test_a_storm_of_homes_is_back_with_every_live_request_once(tmp_path: Path) -> None:
    """While nobody is connected one request is published and another one is withdrawn."""
    came = await storm(tmp_path, HOMES, REQUESTS)
    _write(came)
    assert came.back_s <= BACK_MAX_S
    assert came.twice == 0


def _write(came: Storm) -> None:
    row = (f"{HOMES:,}", f"{came.first_s:.1f}", f"{came.back_s:.1f}", f"{came.twice}", f"{came.broker_mib}")
    lines = (
        "`scripts/test --long -k storm`. A real `milton-hub serve` whose mosquitto, with TLS, is killed (SIGKILL)",
        f"while all are connected; meanwhile an officer publishes one request and withdraws one. {REQUESTS} are live;",
        "hub, broker and homes are on one machine of two cores. The bar is 120 s.",
        "",
        "| homes | first connections, s | all back with every live request, s | heard twice | broker's memory, MiB |",
        "|---|---|---|---|---|",
        f"| {' | '.join(row)} |",
    )
    write_section(HEADING, lines)
