"""Each refusal is logged once: not at every look, and not again after a restart.

A refusal says the same at every home of the city, and nothing about this one (law 1).
"""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from ..const import LOGGER
from ..shared.milton_protocol.errors import Rule
from ..shared.milton_protocol.translog.rules import LogRule
from ..shared.milton_protocol.verification import Refusal
from ..storage.durable_steps import Step
from . import refusals_table
from .service import LOG_NOT_CHECKED
from .verdicts import DOCUMENTS_MISSING

if TYPE_CHECKING:
    from datetime import datetime
    from sqlite3 import Connection

    from ..storage.database import HomeDatabase
    from .verdicts import Assessment

DOCUMENTS = "the city's papers"  # as stored since version 1; what is refused when everything is
LINES_MAX = 20  # at one look, the rest at the next ones: a hub can send any number of bad requests
SAID_MAX = 8_000  # twice as many requests as can wait; beyond it nothing is logged: no hub fills a disk by the log
SAID_KEPT = timedelta(days=60)  # as long as salts: nothing that was refused before can come back
SETTLED_AFTER = timedelta(minutes=1)  # topics come one by one, and by two ways: until then it may be mere delay

_DELAY = frozenset(
    {
        DOCUMENTS_MISSING,
        LOG_NOT_CHECKED,
        LogRule.LOG_NOT_FOLLOWED,
        Rule.NOT_LIVE,
        Rule.LIVE_NAMES_OTHER_CITY_RECORD,
        Rule.LIVE_NAMES_OTHER_DIRECTORY,
    }
)
_ORDINARY = frozenset({Rule.EXPIRED, Rule.WITHDRAWN, Rule.NOT_LIVE})  # how requests end

type Said = tuple[str, str]  # what was refused, and by which rule


def refused(assessment: Assessment) -> frozenset[Said]:
    """Return what is refused now: the city's trust documents, or requests one by one."""
    if assessment.rule is not None:
        return frozenset({(DOCUMENTS, assessment.rule)})
    return frozenset(
        (request_id, verdict.rule)
        for request_id, verdict in assessment.verdicts.items()
        if isinstance(verdict, Refusal)
    )


class RefusalLog:
    """Remembers what was said."""

    def __init__(self, database: HomeDatabase) -> None:
        """Do nothing yet; `load` reads."""
        self._database = database
        self._said: set[Said] = set()
        self._since: dict[Said, datetime] = {}

    async def load(self) -> None:
        """Read what was said before."""
        self._said = await self._database.read(refusals_table.all_said)

    async def say(self, assessment: Assessment, now: datetime) -> None:
        """Log what is refused for the first time, and when the city's trust documents are in order again."""
        found = refused(assessment)
        self._since = {one: self._since.get(one, now) for one in found}
        room = max(0, min(LINES_MAX, SAID_MAX - len(self._said)))
        new = sorted(one for one in found - self._said if self._is_settled(one, now))[:room]
        mended = assessment.rule is None and any(subject == DOCUMENTS for subject, _ in self._said)
        if not new and not mended:
            return
        self._said = {one for one in self._said if not mended or one[0] != DOCUMENTS} | set(new)
        if mended:
            LOGGER.info("The city's trust documents are in order again")
        _log(new)
        with suppress(OSError, sqlite3.Error):  # said again after a restart then, which is better than not at all
            await self._database.run(Step.REFUSALS_SAID, partial(_write, new=new, mended=mended, now=now))

    def _is_settled(self, one: Said, now: datetime) -> bool:
        return one[1] not in _DELAY or now - self._since[one] >= SETTLED_AFTER


def _log(new: list[Said]) -> None:
    for subject, rule in new:
        level = LOGGER.info if rule in _ORDINARY else LOGGER.warning
        level(
            "Refused: %s, by the rule %s",
            "the city's trust documents" if subject == DOCUMENTS else f"request {subject}",
            rule,
        )


def _write(connection: Connection, *, new: list[Said], mended: bool, now: datetime) -> None:
    if mended:
        refusals_table.forget(connection, DOCUMENTS)
    refusals_table.keep(connection, new, now)
    refusals_table.forget_before(connection, now - SAID_KEPT)
