"""Oversight: the trail, the refusals, flags and reports."""

from __future__ import annotations

from hub.kit.access import Action
from tests.attacks.routes.listed import Listed

LISTED = Listed(
    officers={
        ("GET", "/oversight"): Action.FLAG_READ,
        ("GET", "/oversight/trail"): Action.AUDIT_READ,
        ("GET", "/oversight/refusals"): Action.AUDIT_READ,
        ("GET", "/oversight/reports"): Action.REPORT_READ,
        ("GET", "/oversight/reports/{quarter}"): Action.REPORT_READ,
        ("GET", "/oversight/reports/{quarter}/pdf"): Action.REPORT_READ,
        ("GET", "/api/audit"): Action.AUDIT_READ,
        ("GET", "/api/denials"): Action.AUDIT_READ,
        ("GET", "/api/flags"): Action.FLAG_READ,
    },
)
