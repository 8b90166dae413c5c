"""What homes ask for: joining and leaving, the feed, the public log, the upload of shares."""

from __future__ import annotations

from hub.kit.access import Action
from hub.web.routing import RouteAccess
from tests.attacks.routes.listed import Listed

UPLOAD = "/v1/uploads/{share_id}/{name}"
LISTED = Listed(
    homes={
        ("GET", "/enrol"): RouteAccess.OPEN,
        ("GET", "/v1/city"): RouteAccess.OPEN,
        ("POST", "/v1/enrol"): RouteAccess.OPEN,
        ("DELETE", "/v1/enrolment"): RouteAccess.OWN_PROOF,
        ("GET", "/v1/log/checkpoint"): RouteAccess.OPEN,
        ("GET", "/v1/log/consistency"): RouteAccess.OPEN,
        ("GET", "/v1/log/{path}"): RouteAccess.OPEN,
        ("GET", "/v1/feed"): Action.FEED_READ,
        ("GET", "/v1/map"): Action.FEED_READ,
        ("POST", "/v1/shares"): Action.SHARE_SEND,
        ("GET", "/v1/shares/{share_id}/receipts"): RouteAccess.OWN_PROOF,
        **{(method, UPLOAD): Action.SHARE_SEND for method in ("OPTIONS", "HEAD", "POST", "PATCH", "DELETE")},
    },
)
