"""Search, and the searches that people keep."""

from __future__ import annotations

import secrets

from hub.kit.access import Action
from tests.attacks.routes.listed import Listed

LISTED = Listed(
    officers={
        ("GET", "/search"): Action.SEARCH,
        ("POST", "/api/filters"): Action.SEARCH,
        ("POST", "/api/filters/end"): Action.SEARCH,
    },
    bodies={
        ("POST", "/api/filters"): lambda _town, _role: {
            "filter_id": secrets.token_hex(16),
            "name": "Mine",
            "query": "",
            "kind": None,
            "narrowed": "only=open",
        },
        ("POST", "/api/filters/end"): lambda _town, _role: {"filter_id": "0" * 32},
    },
)
