"""``python -m tests.simulators.silence JOB``: live the homes that the file JOB lists, write their traces beside it."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import tempfile
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from .clock import JumpingClock
from .home import NOTED, live
from .peer import a_hub, wait_for
from .script import City200
from .trace import Sight, Trace, save

if TYPE_CHECKING:
    from .trace import Seen


async def faults(begins_at: datetime, hubs: Path) -> dict[str, list[Sight]]:
    """Return what a hub's log and disk show of homes with faults."""

    def forget(at_s: float, who: Seen, text: str, size_bytes: int) -> None:
        """Nothing of this is a home's that lives here."""

    async with a_hub(hubs, JumpingClock(begins_at), forget) as peer:
        return {
            name: [Sight(at_s=0, who=who, kind=NOTED, size_bytes=size, text=text) for who, text, size in seen]
            for name, seen in (await peer.faults()).items()
        }


def main(job: Path) -> None:
    """Live all homes of a job, each in a loop of its own."""
    logging.getLogger().setLevel(logging.DEBUG)  # what is logged is recorded, and printed nowhere
    logging.getLogger().addHandler(logging.NullHandler())
    wanted = json.loads(job.read_text())
    city = City200.of(wanted["hours"], wanted["requests"], wanted["city"])
    film, hubs = Path(wanted["film"]).read_bytes(), Path(wanted["hubs"])
    wait_for(hubs)
    begins_at = datetime.fromisoformat(wanted["begins_at"])
    shown = asyncio.run(faults(begins_at, hubs)) if wanted["faults"] else {}
    traces = []
    for home in wanted["homes"]:
        trace = Trace(
            **home,
            hours=city.hours,
            word_each_h=wanted["word_each_h"],
            published_s=list(city.published_s),
            faults=shown,
        )
        with tempfile.TemporaryDirectory(dir=job.parent) as folder:
            asyncio.run(live(Path(folder) / "config", film, trace, begins_at, hubs))
        traces.append(trace)
        for handler in logging.getLogger().handlers[1:]:
            logging.getLogger().removeHandler(handler)
    save(job.with_suffix(".traces"), traces)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
