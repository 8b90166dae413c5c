"""Administration: the agency's policy."""

from __future__ import annotations

from hub.kit.access import Action
from tests.attacks.routes.listed import Listed

PROPOSALS = "/api/policy/proposals"
REASON = {"reason": "The council asked for less."}
LISTED = Listed(
    officers={
        ("GET", "/administration"): Action.POLICY_READ,
        ("GET", "/administration/policy"): Action.POLICY_READ,
        ("GET", "/administration/offenses"): Action.POLICY_READ,
        ("GET", "/administration/retention"): Action.POLICY_READ,
        ("GET", "/administration/jurisdiction"): Action.POLICY_READ,
        ("GET", "/lists/policy/events"): Action.POLICY_READ,
        ("POST", PROPOSALS): Action.POLICY_PROPOSE,
        ("POST", f"{PROPOSALS}/{{proposal_id}}/approve"): Action.POLICY_APPROVE,
        ("POST", f"{PROPOSALS}/{{proposal_id}}/end"): Action.POLICY_APPROVE,
    },
    bodies={
        ("POST", PROPOSALS): lambda _town, _role: {
            "base": 1,
            "numbers": {"expiry_max_h": 48},
            "case_number": None,
            "offences": [],
            **REASON,
        },
        ("POST", f"{PROPOSALS}/{{proposal_id}}/end"): lambda _town, _role: REASON,
    },
)
