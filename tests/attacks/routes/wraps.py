"""Opening keys under security keys."""

from __future__ import annotations

from hub.kit.access import Action
from tests.attacks.routes.listed import Listed
from tests.simulators.wraps import a_wrap

LISTED = Listed(
    officers={
        ("GET", "/keys"): Action.KEY_WRAP,
        ("GET", "/api/wraps"): Action.KEY_WRAP,
        ("POST", "/api/wraps"): Action.KEY_WRAP,
        ("POST", "/api/wraps/{wrap_id}/remove"): Action.KEY_WRAP,
    },
    bodies={("POST", "/api/wraps"): lambda town, _role: a_wrap(town.share.identity.recipient, "blue")},
)
