"""Who may do what, written by hand once more and by role: a row of the table that changes fails here.

Law 10's tests ask every route of what the table says; these ask the table.
"""

from __future__ import annotations

import pytest

from hub.kit.access import Action, Actor, Role, require
from hub.kit.errors import HubError

MAY = {
    Role.OFFICER: (
        "request.draft request.assert request.sign request.publish request.withdraw request.resolve request.list "
        "request.door_sheet search case.list case.members case.note case.tag registry.look_up "
        "share.list share.watch share.save share.flag share.ask share.decline key.wrap"
    ),
    Role.SUPERVISOR: (
        "request.assert request.cosign request.turn_down request.publish request.withdraw request.list search "
        "request.read_all case.list case.read_all case.members case.note case.tag"
    ),
    Role.CUSTODIAN: (
        "request.list search request.read_all case.list case.read_all case.note case.tag case.close "
        "share.list share.watch share.save share.read_all share.accept share.read_sensitive share.rewrap "
        "share.show_outside share.flag share.unflag share.answer share.decline share.hold "
        "share.delete_ask share.delete_confirm share.undelete key.wrap"
    ),
    Role.ADMINISTRATOR: (
        "people.read person.invite person.confirm person.recover person.revoke person.end_sessions "
        "device.list device.remove device.revoke policy.read policy.propose policy.approve"
    ),
    Role.AUDITOR: "request.list search request.read_all audit.read flag.read report.read",
    Role.HOME: "share.send feed.read programme.leave",
    Role.OPERATOR: (
        "share.copy code.new directory.change person.found device.remove device.enrol device.revoke "
        "live.issue report.read"
    ),
    Role.SYSTEM: "request.publish request.expire request.revoke request.read_all share.delete live.issue",
}


@pytest.mark.parametrize("role", Role)
def test_each_role_may_do_what_is_its_own_and_nothing_else(role: Role) -> None:
    """Every act that the hub knows is tried."""
    actor = Actor(id="person:x", roles=frozenset({role}), person_id="x")
    assert {action.value for action in Action if actor.may(action)} == set(MAY[role].split())


@pytest.mark.parametrize("action", Action)
def test_what_a_role_may_not_is_refused_by_name(action: Action) -> None:
    """To whoever has all the other roles together, too."""
    without = frozenset(role for role in Role if action.value not in MAY[role].split())
    with pytest.raises(HubError, match="not_allowed") as refused:
        require(Actor(id="person:x", roles=without, person_id="x"), action)
    assert refused.value.status == 403
