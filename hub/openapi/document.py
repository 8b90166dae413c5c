"""Makes the OpenAPI 3.1 document of one application from its routes: paths, access, and input.

Invariant: only registered routes are in a document, each in its application's; nothing here is written by hand in
addition to a route. What differs between the applications is a :class:`Side` (``hub.openapi.sides``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hub.kit.access import ALLOWED, Action
from hub.web.routing import ROUTES
from milton_protocol.limits import ERROR_MESSAGE_MAX_CHARS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from aiohttp import web

    from hub.openapi.schemas import Schema
    from hub.web.routing import Route

OPENAPI = "3.1.0"
VERSION = "1"
_PARAMETER = re.compile(r"\{(\w+)(?::((?:[^{}]|\{[^{}]*\})+))?\}")  # {name} or {name:pattern}
_MADE = (
    "Made by `milton-hub api` from the tables that open the hub's routes. `x-opens` names the action of the "
    "access table, or how else a route is closed; `x-roles` who may do it. A GET that is no stream is answered as HEAD "
    "too."
)
_REFUSED = "#/components/responses/Refused"
_REFUSAL: Schema = {
    "type": "object",
    "properties": {
        "error": {"type": "string", "description": "the rule that was broken; its name stays"},
        "message": {"type": "string", "maxLength": ERROR_MESSAGE_MAX_CHARS, "description": "a sentence for a person"},
    },
    "required": ["error", "message"],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """What the document of one application says beside its routes.

    ``bodies`` are of JSON, ``pieces`` of another type, which they name. A query or header is left out or not, unless
    ``needed`` has it with its route. ``proofs`` says which schemes a route requires, None for an open one.
    """

    title: str
    description: str
    elsewhere: str
    schemes: Mapping[str, Schema]
    proofs: Callable[[Route], Sequence[str] | None]
    bodies: Mapping[Route, Schema]
    queries: Mapping[Route, Mapping[str, Schema]]
    needed: frozenset[tuple[Route, str]]
    headers: Mapping[Route, Mapping[str, Schema]] = field(default_factory=dict)
    pieces: Mapping[Route, str] = field(default_factory=dict)


def document(application: web.Application, side: Side) -> Schema:
    """Return the document of an application, its paths in their order."""
    paths: dict[str, Schema] = {}
    for route in sorted(set(application[ROUTES].values()), key=lambda each: (each.path, each.method)):
        paths.setdefault(_PARAMETER.sub(r"{\1}", route.path), {})[route.method.lower()] = _operation(route, side)
    return {
        "openapi": OPENAPI,
        "info": {"title": side.title, "version": VERSION, "description": f"{_MADE} {side.description}"},
        "paths": {path: paths[path] for path in sorted(paths)},
        "components": {
            "responses": {
                "Refused": {"description": "a rule was broken", "content": {"application/json": {"schema": _REFUSAL}}}
            },
            "securitySchemes": {**side.schemes},
        },
    }


def _operation(route: Route, side: Side) -> Schema:
    operation: Schema = {
        "operationId": f"{route.method.lower()} {_PARAMETER.sub(r'{\1}', route.path)}",
        "x-opens": route.opens.value,
    }
    if isinstance(route.opens, Action):
        operation["x-roles"] = sorted(role.value for role in ALLOWED[route.opens])
    if route.fresh:
        operation["x-fresh"] = route.fresh
    proofs = side.proofs(route)
    if proofs is not None:
        operation["security"] = [{name: [] for name in proofs}]
    parameters = [*_parameters(route, side)]
    if parameters:
        operation["parameters"] = [*parameters]
    if route in side.bodies:
        operation["requestBody"] = _content("application/json", side.bodies[route])
    elif route in side.pieces:
        operation["requestBody"] = _content(side.pieces[route], {"type": "string", "format": "binary"})
    operation["responses"] = {
        "2XX": {"description": "done"},
        "3XX": {"description": side.elsewhere},
        "default": {"$ref": _REFUSED},
    }
    return operation


def _content(kind: str, schema: Schema) -> Schema:
    return {"required": True, "content": {kind: {"schema": schema}}}


def _parameters(route: Route, side: Side) -> Iterator[Schema]:
    """Yield what the path, the query and the headers have."""
    for name, pattern in _PARAMETER.findall(route.path):
        yield {"name": name, "in": "path", "required": True, "schema": _of_pattern(pattern)}
    for place, of in (("query", side.queries), ("header", side.headers)):
        for name, schema in of.get(route, {}).items():
            yield {"name": name, "in": place, "required": (route, name) in side.needed, "schema": schema}


def _of_pattern(pattern: str) -> Schema:
    return {"type": "string", "pattern": f"^(?:{pattern})$"} if pattern else {"type": "string", "minLength": 1}
