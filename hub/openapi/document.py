"""Make the OpenAPI 3.1 document of one application from its doors: what there is, whom it lets in, what it reads.

Invariant: a route without an entry is in no document, and one with an entry is in its application's; nothing here is
written by hand beside a route.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aiohttp import hdrs

from hub.access import ALLOWED, Action
from hub.accounts.csrf import HEADER as WORD_HEADER
from hub.accounts.guard import COOKIE
from hub.accounts.reverify import HEADER as FRESH_HEADER
from hub.doors import DOORS, Door, Entry
from hub.openapi.bodies import BODIES
from milton_protocol.limits import ERROR_MESSAGE_MAX_CHARS

if TYPE_CHECKING:
    from aiohttp import web

    from hub.openapi.schemas import Schema

OPENAPI = "3.1.0"
VERSION = "1"
_PARAMETER = re.compile(r"\{(\w+)(?::((?:[^{}]|\{[^{}]*\})+))?\}")  # {name} or {name:pattern}
_REFUSED = "#/components/responses/Refused"
_RESPONSES: Schema = {
    "2XX": {"description": "done"},
    "3XX": {"description": "another page"},
    "default": {"$ref": _REFUSED},
}
_REFUSAL: Schema = {
    "type": "object",
    "properties": {
        "error": {"type": "string", "description": "the rule that was broken; its name stays"},
        "message": {"type": "string", "maxLength": ERROR_MESSAGE_MAX_CHARS, "description": "a sentence for a person"},
    },
    "required": ["error", "message"],
}


def document(application: web.Application, title: str) -> Schema:
    """Return the document of an application, its paths in their order."""
    paths: dict[str, Schema] = {}
    for entry in sorted(set(application[DOORS].values()), key=lambda each: (each.path, each.method)):
        paths.setdefault(_PARAMETER.sub(r"{\1}", entry.path), {})[entry.method.lower()] = _operation(entry)
    return {
        "openapi": OPENAPI,
        "info": {"title": title, "version": VERSION, "description": DESCRIPTION},
        "paths": {path: paths[path] for path in sorted(paths)},
        "components": {
            "responses": {
                "Refused": {"description": "a rule was broken", "content": {"application/json": {"schema": _REFUSAL}}}
            },
            "securitySchemes": {
                "session": {"type": "apiKey", "in": "cookie", "name": COOKIE},
                "word": {"type": "apiKey", "in": "header", "name": WORD_HEADER},
            },
        },
    }


DESCRIPTION = (
    "Made by `milton-hub api` from the tables that the hub's doors are opened by. `x-opens` names the action of the "
    "access table, or how else a route is closed; `x-roles` who may do it; `x-fresh` the act for which the passkey is "
    f"proven again, the proof of which is in `{FRESH_HEADER}`. Every call of a script has an `Origin` of the hub's "
    "own, and every one that changes something the session's word. A GET that is no stream is answered as HEAD too."
)


def _operation(entry: Entry) -> Schema:
    operation: Schema = {
        "operationId": f"{entry.method.lower()} {_PARAMETER.sub(r'{\1}', entry.path)}",
        "x-opens": entry.opens.value,
    }
    if isinstance(entry.opens, Action):
        operation["x-roles"] = sorted(role.value for role in ALLOWED[entry.opens])
    if entry.fresh:
        operation["x-fresh"] = entry.fresh
    if entry.opens is not Door.OPEN and entry.opens is not Door.OWN_PROOF:
        operation["security"] = [{"session": [], "word": []} if entry.method == hdrs.METH_POST else {"session": []}]
    parameters: list[Schema] = [
        {"name": name, "in": "path", "required": True, "schema": _of_pattern(pattern)}
        for name, pattern in _PARAMETER.findall(entry.path)
    ]
    if parameters:
        operation["parameters"] = [*parameters]
    if entry in BODIES:
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": BODIES[entry]}}}
    operation["responses"] = {**_RESPONSES}
    return operation


def _of_pattern(pattern: str) -> Schema:
    return {"type": "string", "pattern": f"^(?:{pattern})$"} if pattern else {"type": "string", "minLength": 1}
