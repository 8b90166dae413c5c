"""The names of the durable steps: where this process may end without anything being lost or done twice.

A step is the moment from which something stays: a commit, an fsync, a rename, a broker's acknowledgement. Each has a
name, written where the step is taken (``database.session("request.logged")``, ``durable("blob.stored")``), and says
when it is reached and when it is past: ``before``, when all of its work is done and nothing of it would survive, and
``after``, when it stays and nobody has been told yet. An operator who audits the process sees them as Python's audit
events (PEP 578, ``sys.addaudithook``): ``milton.step`` with the name and the moment, and nothing else. Without a hook
an event costs a fraction of a microsecond and does nothing.

A name is a literal, or is handed on in a parameter called ``step`` by somebody who names it in a literal: whoever reads
the source finds all of them.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

EVENT = "milton.step"
BEFORE = "before"
AFTER = "after"


def reached(step: str) -> None:
    """Say that all work of ``step`` is done and that the next call makes it stay."""
    sys.audit(EVENT, step, BEFORE)


def past(step: str) -> None:
    """Say that ``step`` stays, whatever happens now."""
    sys.audit(EVENT, step, AFTER)


@contextmanager
def durable(step: str) -> Iterator[None]:
    """Wrap the call that makes a step stay; one that fails is not past."""
    reached(step)
    yield
    past(step)
