"""What a slice's file in this folder says: whose its routes are, written by hand, once more beside the hub's own table.

A slice's file has ``LISTED``; :func:`all_of` joins them. A new route fails law 10 until a file here says whose it is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from hub.kit.access import Action
from hub.web.routing import RouteAccess

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hub.kit.access import Role
    from tests.simulators.answered import Answered

type Routes = Mapping[tuple[str, str], Action | RouteAccess]
type Bodies = Mapping[tuple[str, str], Callable[[Answered, Role], object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """The routes of one slice, by method and path: of the officers' application, the homes' and the signer's.

    ``bodies`` makes one in form, for a role, at each POST of the officers' that reads one; ``queries`` has what a GET
    needs; what is in ``last`` ends something, so that the walk over all routes comes to it at its end, in this order.
    """

    officers: Routes = field(default_factory=dict)
    homes: Routes = field(default_factory=dict)
    signer: Routes = field(default_factory=dict)
    bodies: Bodies = field(default_factory=dict)
    queries: Mapping[tuple[str, str], Callable[[Answered], str]] = field(default_factory=dict)
    last: tuple[tuple[str, str], ...] = ()


@cache
def all_of() -> Listed:
    """Return what all slices' files say."""
    names = sorted(path.stem for path in Path(__file__).parent.glob("*.py") if path != Path(__file__))
    each = [import_module(f"tests.attacks.routes.{name}").LISTED for name in names]
    return Listed(
        officers={route: opens for one in each for route, opens in one.officers.items()},
        homes={route: opens for one in each for route, opens in one.homes.items()},
        signer={route: opens for one in each for route, opens in one.signer.items()},
        bodies={route: body for one in each for route, body in one.bodies.items()},
        queries={route: query for one in each for route, query in one.queries.items()},
        last=tuple(route for one in each for route in one.last),
    )
