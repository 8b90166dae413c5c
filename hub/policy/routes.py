"""Routes by which administrators change the agency's policy."""

from __future__ import annotations

from hub.kit.access import Action
from hub.web.routing import post

_ONE = "/api/policy/proposals/{proposal_id:[0-9a-f]{64}}"
PROPOSE = post("/api/policy/proposals", Action.POLICY_PROPOSE, fresh="policy.propose")
APPROVE = post(f"{_ONE}/approve", Action.POLICY_APPROVE, fresh="policy.approve")
END = post(f"{_ONE}/end", Action.POLICY_APPROVE)
