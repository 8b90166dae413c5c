"""Targets of short inputs: some good ones, and the floods."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.fuzz.floods import floods
from tests.fuzz.target import Shape, Target

if TYPE_CHECKING:
    from collections.abc import Callable


def json_bytes(value: object) -> bytes:
    """Return a good input of JSON."""
    return json.dumps(value).encode()


def short_target(
    name: str,
    run: Callable[[bytes], object],
    *seeds: bytes,
    refusals: tuple[type[Exception], ...] = (),
    shape: Shape = Shape.JSON,
    size_max_bytes: int = 4_096,
) -> Target:
    """Return the target that runs ``run`` on what is bent out of ``seeds`` and on the floods."""
    return Target(
        name=name,
        run=run,
        refusals=refusals,
        seeds=lambda: (*seeds, *floods()),
        shape=shape,
        size_max_bytes=size_max_bytes,
    )
