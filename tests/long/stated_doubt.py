"""Films very many runs of cameras whose clocks do anything, and compares true times with stated ones."""

from __future__ import annotations

import json
import sys
from statistics import median

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.milton_share.sources.recorder.test_stated_doubt import Run, check, runs, servers, stated

ROUNDS = int(sys.argv[1])
stated_s: list[float] = []


@settings(max_examples=ROUNDS, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(run=st.one_of(runs(), servers()))
def film(run: Run) -> None:
    """Check one; a failure ends the campaign with the run that broke it."""
    check(run)
    stated_s.extend(row.uncertainty_ms / 1000 for row in stated(run).values())


if __name__ == "__main__":
    film()
    sys.stdout.write(
        json.dumps({"runs": ROUNDS, "files": len(stated_s), "median_s": median(stated_s), "worst_s": max(stated_s)})
    )
