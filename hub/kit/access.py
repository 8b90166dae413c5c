"""Who may do what: one table, deny by default.

Invariants: an action that is not in the table is refused to everybody; nobody approves their own act
(:func:`require_other`); every service method takes an :class:`Actor` and calls :func:`require` first. The guards ask
the same table for each route (:mod:`hub.web.routing`), before its handler runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from hub.kit.errors import HubError

if TYPE_CHECKING:
    from collections.abc import Mapping

FORBIDDEN = 403


class Role(StrEnum):
    """What an actor is; the first five are the directory's."""

    OFFICER = "officer"
    SUPERVISOR = "supervisor"
    CUSTODIAN = "custodian"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"
    HOME = "home"
    OPERATOR = "operator"  # whoever runs the command line on the hub's machine
    SYSTEM = "system"  # the hub's own jobs


class Action(StrEnum):
    """Every act that the hub can be asked for by somebody it knows."""

    REQUEST_DRAFT = "request.draft"
    REQUEST_ASSERT = "request.assert"  # hand in a signature; which, sign or cosign decides
    REQUEST_SIGN = "request.sign"
    REQUEST_COSIGN = "request.cosign"
    REQUEST_TURN_DOWN = "request.turn_down"
    REQUEST_PUBLISH = "request.publish"
    REQUEST_WITHDRAW = "request.withdraw"
    REQUEST_RESOLVE = "request.resolve"
    REQUEST_EXPIRE = "request.expire"
    REQUEST_REVOKE = "request.revoke"  # end what rests on something revoked
    REQUEST_LIST = "request.list"
    SEARCH = "search"
    REQUEST_DOOR_SHEET = "request.door_sheet"  # the code of a request, to hand out
    REQUEST_READ_ALL = "request.read_all"  # not only one's own
    CASE_LIST = "case.list"
    CASE_READ_ALL = "case.read_all"  # not only those that one is in
    CASE_MEMBERS = "case.members"
    CASE_NOTE = "case.note"
    CASE_TAG = "case.tag"
    SHARE_LIST = "share.list"
    SHARE_WATCH = "share.watch"
    SHARE_SAVE = "share.save"  # the opened clip, or its manifest, on one's device
    SHARE_READ_ALL = "share.read_all"  # shares of every request, not only of one's own
    SHARE_ACCEPT = "share.accept"
    SHARE_DELETE = "share.delete"
    SHARE_READ_SENSITIVE = "share.read_sensitive"  # what shows a minor or an intimate image
    SHARE_REWRAP = "share.rewrap"  # let another officer of the agency open it
    SHARE_SHOW_OUTSIDE = "share.show_outside"  # to one person, whom the owner agreed to
    SHARE_FLAG = "share.flag"
    SHARE_UNFLAG = "share.unflag"
    SHARE_ASK = "share.ask"  # a custodian, about it
    SHARE_ANSWER = "share.answer"
    SHARE_DECLINE = "share.decline"
    SHARE_HOLD = "share.hold"
    SHARE_DELETE_ASK = "share.delete_ask"
    SHARE_DELETE_CONFIRM = "share.delete_confirm"
    SHARE_UNDELETE = "share.undelete"
    CASE_CLOSE = "case.close"
    SHARE_COPY = "share.copy"  # ciphertext, out of the hub
    SHARE_SEND = "share.send"
    FEED_READ = "feed.read"
    PROGRAMME_LEAVE = "programme.leave"
    CODE_NEW = "code.new"
    DIRECTORY_CHANGE = "directory.change"
    PERSON_FOUND = "person.found"  # an invitation by the command line: the first administrators'
    PEOPLE_READ = "people.read"
    PERSON_INVITE = "person.invite"
    PERSON_CONFIRM = "person.confirm"  # another administrator's invitation
    PERSON_RECOVER = "person.recover"
    PERSON_REVOKE = "person.revoke"
    PERSON_END_SESSIONS = "person.end_sessions"
    DEVICE_LIST = "device.list"
    DEVICE_REMOVE = "device.remove"  # a passkey
    DEVICE_ENROL = "device.enrol"  # a certificate
    DEVICE_REVOKE = "device.revoke"
    LIVE_ISSUE = "live.issue"
    AUDIT_READ = "audit.read"
    FLAG_READ = "flag.read"
    REPORT_READ = "report.read"
    POLICY_READ = "policy.read"  # the agency's own numbers and offences, what is proposed, and how they came about
    POLICY_PROPOSE = "policy.propose"
    POLICY_APPROVE = "policy.approve"  # another administrator's
    REGISTRY_LOOK_UP = "registry.look_up"  # streets and places of cameras, for a case of one's own
    KEY_WRAP = "key.wrap"  # one's own opening key, under one's own security keys


_PEOPLE = frozenset({Role.OFFICER, Role.SUPERVISOR, Role.CUSTODIAN})

ALLOWED: Mapping[Action, frozenset[Role]] = MappingProxyType(
    {
        Action.REQUEST_DRAFT: frozenset({Role.OFFICER}),
        Action.REQUEST_ASSERT: frozenset({Role.OFFICER, Role.SUPERVISOR}),
        Action.REQUEST_SIGN: frozenset({Role.OFFICER}),
        Action.REQUEST_COSIGN: frozenset({Role.SUPERVISOR}),
        Action.REQUEST_TURN_DOWN: frozenset({Role.SUPERVISOR}),
        Action.REQUEST_PUBLISH: frozenset({Role.OFFICER, Role.SUPERVISOR, Role.SYSTEM}),
        Action.REQUEST_WITHDRAW: frozenset({Role.OFFICER, Role.SUPERVISOR}),
        Action.REQUEST_RESOLVE: frozenset({Role.OFFICER}),
        Action.REQUEST_EXPIRE: frozenset({Role.SYSTEM}),
        Action.REQUEST_REVOKE: frozenset({Role.SYSTEM}),
        Action.REQUEST_LIST: _PEOPLE | {Role.AUDITOR},
        Action.SEARCH: _PEOPLE | {Role.AUDITOR},
        Action.REQUEST_DOOR_SHEET: frozenset({Role.OFFICER}),
        Action.REQUEST_READ_ALL: frozenset({Role.SUPERVISOR, Role.CUSTODIAN, Role.AUDITOR, Role.SYSTEM}),
        Action.CASE_LIST: _PEOPLE,
        Action.CASE_READ_ALL: frozenset({Role.SUPERVISOR, Role.CUSTODIAN}),
        Action.CASE_MEMBERS: frozenset({Role.OFFICER, Role.SUPERVISOR}),
        Action.CASE_NOTE: _PEOPLE,
        Action.CASE_TAG: _PEOPLE,
        Action.SHARE_LIST: frozenset({Role.OFFICER, Role.CUSTODIAN}),
        Action.SHARE_WATCH: frozenset({Role.OFFICER, Role.CUSTODIAN}),
        Action.SHARE_SAVE: frozenset({Role.OFFICER, Role.CUSTODIAN}),
        Action.SHARE_READ_ALL: frozenset({Role.CUSTODIAN}),
        Action.SHARE_ACCEPT: frozenset({Role.CUSTODIAN}),
        Action.SHARE_DELETE: frozenset({Role.SYSTEM}),
        Action.SHARE_READ_SENSITIVE: frozenset({Role.CUSTODIAN}),
        Action.SHARE_REWRAP: frozenset({Role.CUSTODIAN}),
        Action.SHARE_SHOW_OUTSIDE: frozenset({Role.CUSTODIAN}),
        Action.SHARE_FLAG: frozenset({Role.OFFICER, Role.CUSTODIAN}),
        Action.SHARE_UNFLAG: frozenset({Role.CUSTODIAN}),
        Action.SHARE_ASK: frozenset({Role.OFFICER}),
        Action.SHARE_ANSWER: frozenset({Role.CUSTODIAN}),
        Action.SHARE_DECLINE: frozenset({Role.OFFICER, Role.CUSTODIAN}),
        Action.SHARE_HOLD: frozenset({Role.CUSTODIAN}),
        Action.SHARE_DELETE_ASK: frozenset({Role.CUSTODIAN}),
        Action.SHARE_DELETE_CONFIRM: frozenset({Role.CUSTODIAN}),
        Action.SHARE_UNDELETE: frozenset({Role.CUSTODIAN}),
        Action.CASE_CLOSE: frozenset({Role.CUSTODIAN}),
        Action.SHARE_COPY: frozenset({Role.OPERATOR}),
        Action.SHARE_SEND: frozenset({Role.HOME}),
        Action.FEED_READ: frozenset({Role.HOME}),
        Action.PROGRAMME_LEAVE: frozenset({Role.HOME}),
        Action.CODE_NEW: frozenset({Role.OPERATOR}),
        Action.DIRECTORY_CHANGE: frozenset({Role.OPERATOR}),
        Action.PERSON_FOUND: frozenset({Role.OPERATOR}),
        Action.PEOPLE_READ: frozenset({Role.ADMINISTRATOR}),
        Action.PERSON_INVITE: frozenset({Role.ADMINISTRATOR}),
        Action.PERSON_CONFIRM: frozenset({Role.ADMINISTRATOR}),
        Action.PERSON_RECOVER: frozenset({Role.ADMINISTRATOR}),
        Action.PERSON_REVOKE: frozenset({Role.ADMINISTRATOR}),
        Action.PERSON_END_SESSIONS: frozenset({Role.ADMINISTRATOR}),
        Action.DEVICE_LIST: frozenset({Role.ADMINISTRATOR}),
        Action.DEVICE_REMOVE: frozenset({Role.OPERATOR, Role.ADMINISTRATOR}),
        Action.DEVICE_ENROL: frozenset({Role.OPERATOR}),
        Action.DEVICE_REVOKE: frozenset({Role.OPERATOR, Role.ADMINISTRATOR}),
        Action.LIVE_ISSUE: frozenset({Role.SYSTEM, Role.OPERATOR}),
        Action.AUDIT_READ: frozenset({Role.AUDITOR}),
        Action.FLAG_READ: frozenset({Role.AUDITOR}),  # nobody of those whom they may be about
        Action.REPORT_READ: frozenset({Role.AUDITOR, Role.OPERATOR}),
        Action.POLICY_READ: frozenset({Role.ADMINISTRATOR}),
        Action.POLICY_PROPOSE: frozenset({Role.ADMINISTRATOR}),
        Action.POLICY_APPROVE: frozenset({Role.ADMINISTRATOR}),
        Action.REGISTRY_LOOK_UP: frozenset({Role.OFFICER}),
        Action.KEY_WRAP: frozenset({Role.OFFICER, Role.CUSTODIAN}),
    }
)


PERSON = "person:"  # what a person's id stands behind in the trail


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acts: a person of the directory, an enrolled home, the command line or a job of the hub.

    ``id`` is what the audit trail keeps: ``person:<id>``, ``home`` (never which one), ``operator``, ``system:<job>``,
    ``outsider``.
    """

    id: str
    roles: frozenset[Role]
    person_id: str | None = None
    badge: str = ""
    device: str = ""

    def may(self, action: Action) -> bool:
        """Say whether one of the roles allows ``action``."""
        return bool(self.roles & ALLOWED.get(action, frozenset()))


OPERATOR = Actor(id="operator", roles=frozenset({Role.OPERATOR}))
# The trail must not say which home sent a share: one actor for all of them.
ANY_HOME = Actor(id="home", roles=frozenset({Role.HOME}))
# Who holds a link: what they may is what the link says.
OUTSIDER = Actor(id="outsider", roles=frozenset())


def system(job: str) -> Actor:
    """Return the actor of one of the hub's own jobs."""
    return Actor(id=f"system:{job}", roles=frozenset({Role.SYSTEM}))


def require(actor: Actor, action: Action) -> None:
    """Raise ``not_allowed`` unless the table allows ``action`` to ``actor``."""
    if not actor.may(action):
        rule = "not_allowed"
        raise HubError(rule, FORBIDDEN, "Your role does not allow this.")


def require_other(actor: Actor, author_id: str) -> None:
    """Raise ``own_act`` when ``actor`` is the person whose act this is: nobody approves their own."""
    if actor.person_id is None or actor.person_id == author_id:
        rule = "own_act"
        raise HubError(rule, FORBIDDEN, "Nobody approves their own act.")
