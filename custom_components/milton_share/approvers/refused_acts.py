"""What was tried and refused at this home, for the approvers to see (law 6).

- Whoever tries leaves a trace: who, by what kind of session, what, which rule, how often. Never the PIN, never a clip.
- A trace that can't be written down changes no answer: what was refused stays refused.
- It is seen by approvers alone.
"""

from __future__ import annotations

import asyncio
import sqlite3
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING

from ..const import LOGGER
from ..storage.durable_steps import Step
from ..text.markdown_escape import visible
from . import attempts_table
from .model import AttemptView
from .rules import HOME_ASSISTANT_LOGIN, NORMAL, Refusal

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from ..storage.database import HomeDatabase
    from .attempts_table import Attempt
    from .rules import Session

NO_BUTTON = "no_button"  # no button of ours approves: whoever sends such an event made it up
NO_EVENT = "no_event"  # no event approves


class Kind(StrEnum):
    """By what somebody tried."""

    PASSWORD = "password"  # noqa: S105  a session of a login with name and password
    PROGRAM = "program"  # a long-lived or system token
    OTHER_SIGN_IN = "other_sign_in"  # trusted networks, command line, single sign-on
    NO_SESSION = "no_session"  # a token that is gone, or none
    NOTIFICATION = "notification"  # an event of a notification's button
    EVENT = "event"  # one by a name of ours, fired by a program, a script or an automation


class Act(StrEnum):
    """What somebody tried, by the command's name."""

    APPROVE = "approve"
    WITHDRAW = "withdraw"
    FLAG = "flag"
    AGREE_EARLY = "agree_early"
    PASSING = "passing/say"
    GIVE_UP = "sources/give_up"
    ENTER_CODE = "door_code/enter"
    LOOK = "look"
    NOT_THIS_TIME = "not_this_time"
    WIPE_HELD = "held/wipe"
    PREVIEW = "preview_path"
    STILLS = "stills"
    ROUGH = "rough"
    MARKS = "marks"
    EVIDENCE = "evidence"
    ADD_FILE = "file/add"
    CONFIRM_FILE = "file/confirm"
    REMOVE_FILE = "file/remove"
    SET_FOLDER = "folder/set"
    SET_CAMERA = "camera/set"
    SET_PIN = "pin/set"
    NAME = "approver/name"
    REMOVE = "approver/remove"
    WITNESSES = "witnesses/set"
    ACCEPT_LOG = "log/accept"
    HOUSEHOLD = "household/set"
    LEAVE = "leave"
    OWN_CUT = "own/cut"  # for the person's own use
    OWN_FILE = "own/path"
    OWN_SAVE = "own/save"


_EVERY_REFUSAL = frozenset({Act.APPROVE, Act.WITHDRAW})  # of these also "another clip", "decided already"
_GUESSES = frozenset({"wrong_pin", "pin_locked", "wrong_password", "too_many_tries"})
_ALWAYS = frozenset({*Refusal, *_GUESSES, "not_owner", NO_BUTTON, NO_EVENT})


def kind_of(session: Session) -> Kind:
    """Return by what kind of session somebody is here."""
    if session.token_type is None:
        return Kind.NO_SESSION
    if session.token_type != NORMAL:
        return Kind.PROGRAM
    return Kind.PASSWORD if session.provider == HOME_ASSISTANT_LOGIN else Kind.OTHER_SIGN_IN


def act_to_note(command: str, rule: str) -> Act | None:
    """Return what was tried when a refusal is to be shown, or None: opening the page alone is no attempt."""
    if command not in Act:
        return None
    act = Act(command)
    return act if act in _EVERY_REFUSAL or rule in _ALWAYS else None


class AttemptRepository:
    """The only writer of attempts."""

    def __init__(self, database: HomeDatabase, now: Callable[[], datetime], on_change: Callable[[], None]) -> None:
        """Do nothing yet; `load` reads."""
        self._database = database
        self._now = now
        self._on_change = on_change
        self._kept: tuple[Attempt, ...] = ()
        self._lock = asyncio.Lock()  # what an earlier transaction read never replaces what a later one did

    async def load(self) -> None:
        """Read what was kept."""
        self._kept = await self._database.read(attempts_table.all_attempts)

    async def note(self, *, user_id: str, user_name: str, kind: Kind, act: Act, rule: str) -> None:
        """Keep that somebody tried."""
        keep = partial(
            attempts_table.note,
            user_id=user_id,
            user_name=visible(user_name),
            kind=kind.value,
            act=act.value,
            rule=rule,
            at=self._now(),
        )
        try:
            async with self._lock:
                self._kept = await self._database.run(Step.ATTEMPT_NOTED, keep)
        except (OSError, sqlite3.Error) as error:
            LOGGER.warning("A refused attempt could not be written down: %s", type(error).__name__)
            return
        self._on_change()

    def views(self, session: Session) -> tuple[AttemptView, ...]:
        """Return what was tried, newest first, as this approver sees it."""
        return tuple(
            AttemptView(
                own=attempt.user_id == session.user_id,
                user_name=attempt.user_name,
                kind=attempt.kind,
                act=attempt.act,
                rule=attempt.rule,
                count=attempt.count,
                first_at=attempt.first_at,
                last_at=attempt.last_at,
            )
            for attempt in self._kept
        )
