"""Passing a share on to somebody outside."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from hub.kit.access import Action
from hub.web.routing import RouteAccess
from milton_protocol.times import format_time
from tests.attacks.routes.custody import headers_of
from tests.attacks.routes.listed import Listed

if TYPE_CHECKING:
    from tests.simulators.answered import Answered

PASSING = "/api/shares/{share_id}/passing"


def outsider() -> dict[str, object]:
    """Return somebody to ask about."""
    until = format_time(datetime.now(UTC) + timedelta(days=9))
    return {"name": "Ruth Ellery", "organisation": "Fulton County District Attorney", "until": until}


def link_of(town: Answered) -> dict[str, object]:
    """Return a link in form."""
    return {"link_sha256": "0" * 64, **headers_of(town)}


LISTED = Listed(
    officers={
        ("GET", PASSING): Action.SHARE_SHOW_OUTSIDE,
        ("POST", PASSING): Action.SHARE_SHOW_OUTSIDE,
        ("POST", f"{PASSING}/{{number}}/link"): Action.SHARE_SHOW_OUTSIDE,
        ("POST", f"{PASSING}/{{number}}/end"): Action.SHARE_SHOW_OUTSIDE,
    },
    homes={
        ("GET", "/passed/"): RouteAccess.OPEN,
        ("GET", "/passed/{name}"): RouteAccess.OPEN,
        ("GET", "/workers/{name}"): RouteAccess.OPEN,
        ("POST", "/v1/passed"): RouteAccess.OWN_PROOF,
        ("GET", "/v1/passed/{view}/{name}/body"): RouteAccess.OWN_PROOF,
    },
    bodies={
        ("POST", PASSING): lambda _town, _role: outsider(),
        ("POST", f"{PASSING}/{{number}}/link"): lambda town, _role: link_of(town),
    },
)
