"""How requests and verdicts are shown to the officers' pages, as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.kit.access import Action
from hub.requests.charge import is_in_charge
from hub.requests.states import OPEN, WAITING_FOR_SIGNATURES, State
from milton_protocol.base64_text import b64
from milton_protocol.messages.areas import area_value
from milton_protocol.messages.requests.assertion import AssertionRole
from milton_protocol.messages.requests.request import Request
from milton_protocol.times import format_time, format_time_or_none

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub.kit.access import Actor
    from hub.requests.draft.lately import Lately
    from hub.requests.draft.verdict import Limit, Verdict
    from hub.requests.model import AssertionRow, RequestRow
    from milton_protocol.canonical import JsonValue


def verdict_value(verdict: Verdict) -> dict[str, JsonValue]:
    """Return every broken rule, the limits that ask for a second person, and how the draft stands at each limit."""
    return {
        "allowed": verdict.allowed,
        "broken": [{"rule": broken.rule, "message": broken.message} for broken in verdict.broken],
        "exceeded": list(verdict.exceeded),
        "needs_approver": bool(verdict.exceeded),
        "limits": [_limit_value(limit) for limit in verdict.limits],
        "lately": [_lately_value(each) for each in verdict.lately],
    }


def _lately_value(each: Lately) -> dict[str, JsonValue]:
    return {"kind": each.alike.value, "count": each.count, "own": each.own, "newest": format_time(each.newest)}


def _limit_value(limit: Limit) -> dict[str, JsonValue]:
    return {
        "name": limit.name,
        "standing": limit.standing.value,
        "rules": list(limit.rules),
        "value": limit.value,
        "least": limit.least,
        "ordinary": limit.ordinary,
        "most": limit.most,
    }


def request_value(row: RequestRow, signed: Sequence[AssertionRow], actor: Actor) -> dict[str, JsonValue]:
    """Return one request with what ``actor`` may do with it; ``payload`` (b64) is what people sign."""
    request = Request.from_bytes(row.payload)
    return {
        "id": row.request_id,
        "draft_id": row.draft_id,
        "state": row.state,
        "payload": b64(row.payload),
        "officer": {"person_id": row.officer_id, "badge": request.officer.badge},
        "contact": request.contact,
        "case_number": row.case_number,
        "offence_code": request.offence_code,
        "offence_name": request.offence_name,
        "reason": request.reason,
        "urgency": request.urgency.value,
        "drill": request.drill,
        "area": area_value(request.area),
        "from": format_time(request.from_),
        "until": format_time(request.until),
        "created_at": format_time(request.created_at),
        "expires_at": format_time(request.expires_at),
        "published_at": format_time_or_none(row.published_at),
        "closed_at": format_time_or_none(row.closed_at),
        "leaf_index": row.leaf_index,
        "witnesses_seen": row.witnesses_seen,
        "exceeded": row.exceeded.split(),
        "needs_approver": bool(row.exceeded),
        "why_larger": row.why_larger,
        "turned_down": None if row.turned_down_by is None else _turned_down(row),
        "signed_by": [{"role": each.role, "person_id": each.person_id, "at": format_time(each.at)} for each in signed],
        "may": list(acts(row, {AssertionRole(each.role) for each in signed}, actor)),
    }


def _turned_down(row: RequestRow) -> dict[str, JsonValue]:
    return {"person_id": row.turned_down_by, "reason": row.turned_down_why}


def acts(row: RequestRow, signed: set[AssertionRole], actor: Actor) -> tuple[str, ...]:
    """Return what ``actor`` may do now: ``sign``, ``cosign``, ``turn_down``, ``publish``, ``withdraw``, ``resolve``."""
    state = State(row.state)
    is_own = row.officer_id == actor.person_id
    waits = state in WAITING_FOR_SIGNATURES
    in_charge = is_in_charge(actor, row)
    allowed = {
        "sign": waits and is_own and AssertionRole.OFFICER not in signed and actor.may(Action.REQUEST_SIGN),
        "cosign": waits
        and not is_own
        and bool(row.exceeded)
        and AssertionRole.APPROVER not in signed
        and actor.may(Action.REQUEST_COSIGN),
        "turn_down": state is State.DRAFTED
        and not is_own
        and bool(row.exceeded)
        and actor.may(Action.REQUEST_TURN_DOWN),
        "publish": state is State.SIGNED and in_charge and actor.may(Action.REQUEST_PUBLISH),
        "withdraw": state in OPEN and in_charge and actor.may(Action.REQUEST_WITHDRAW),
        "resolve": state is State.PUBLISHED and in_charge and actor.may(Action.REQUEST_RESOLVE),
    }
    return tuple(name for name, is_allowed in allowed.items() if is_allowed)
