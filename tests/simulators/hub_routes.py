"""Where a hub's routes are written: every ``routes.py`` below ``hub/``, with the folder that it speaks for."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import hub

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

HUB = Path(hub.__file__).parent
NAME = "routes.py"


def route_modules() -> Iterator[tuple[Path, ModuleType]]:
    """Yield each folder that has routes, with the module of them."""
    for path in sorted(HUB.rglob(NAME)):
        yield path.parent, import_module(".".join(("hub", *path.relative_to(HUB).with_suffix("").parts)))


def slice_above(path: Path) -> Path:
    """Return the nearest folder above a file that has routes."""
    return next(each for each in path.parents if (each / NAME).exists())
