"""A person proves their passkey again before an act that can't be taken back.

Invariants: the proof is good for one session, one act and one subject, once, until two minutes after it was begun; it
is made by the passkey that opened the session, so by the same person at the same device; beginning one writes nothing.
A route (:mod:`hub.web.routing`) that names such an act refuses calls without it (:mod:`hub.identity.sessions.guard`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from hub.identity.model import Ceremony, OfficerSession, SignInCredential
from hub.identity.passkeys.ceremonies import Purpose
from hub.identity.passkeys.challenges import Challenges
from hub.kit.digests import secret_digest
from hub.kit.errors import HubError
from hub.kit.passkeys import service
from hub.kit.passkeys.answers import CEREMONY_ID_CHARS
from milton_protocol.errors import ProtocolError
from milton_protocol.values import read_hex

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.kit.access import Actor
    from hub.kit.passkeys.challenges import Begun
    from hub.kit.passkeys.service import Relying
    from hub.web.routing import Route

HEADER = "Milton-Fresh"
FRESH_VALID = timedelta(minutes=2)  # to find the key and touch it; what was to be done is still on the screen
FORBIDDEN = 403
_LABEL = b"milton re-verification v1\0"

type Instead = Callable[[AsyncSession, Actor, str, datetime], Awaitable[bool]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """What somebody means to do: ``act`` as the route names it, to ``subject`` (the ids of its path, joined by "/")."""

    token: str
    act: str
    subject: str

    @property
    def about(self) -> bytes:
        """Return what a challenge is bound to; no part of it can have a NUL in it."""
        return "\0".join((secret_digest(self.token), self.act, self.subject)).encode()


class Reverification:
    """Begins, answers and uses up proofs."""

    def __init__(self, secret: bytes, relying: Relying) -> None:
        """Derive challenges from ``secret``; they are answered by passkeys of ``relying``."""
        self._relying = relying
        self._challenges = challenges(secret)
        self._instead: dict[Route, Instead] = {}

    def instead(self, route: Route, counts: Instead) -> None:
        """Let ``counts`` (of the actor and the subject) say when something else is as good as a proof."""
        self._instead[route] = counts

    async def begin(self, session: AsyncSession, intent: Intent, at: datetime) -> tuple[Begun, service.Json]:
        """Return a challenge and its options, which name the one passkey that has to answer it."""
        begun = self._challenges.begin(at, intent.about)
        opened = await _opened_by(session, intent.token)
        return begun, service.request_options(self._relying, begun.challenge, opened.credential_id)

    async def answer(
        self, session: AsyncSession, ceremony_id: str, intent: Intent, credential: service.Json, at: datetime
    ) -> None:
        """Take the passkey's answer to what :meth:`begin` gave out: from now on it is a proof.

        Raises ``passkey_refused`` for another passkey's or another challenge's, ``ceremony_unknown`` for a repeat and
        past its time.
        """
        begun = self._challenges.check(ceremony_id, at, intent.about)
        opened = await _opened_by(session, intent.token)
        known = await session.get(SignInCredential, opened.credential_id, with_for_update=True)
        if known is None or credential.get("id") != known.credential_id:
            raise service.refused()
        known.sign_count = service.check_assertion(self._relying, begun.challenge, credential, known)
        await self._challenges.use_up(session, begun, at)

    async def use(self, session: AsyncSession, proof: str, intent: Intent, at: datetime) -> None:
        """Use a proof up; raise ``fresh_wrong`` (403) when it is none, of something else, too old, or was used."""
        rule = "fresh_wrong"
        refusal = HubError(rule, FORBIDDEN, "Confirm this with your passkey again.")
        try:
            ceremony_id = read_hex(proof, "fresh", CEREMONY_ID_CHARS)
            begun = self._challenges.check(ceremony_id, at, intent.about)
        except (HubError, ProtocolError) as error:
            raise refusal from error
        row = await session.get(Ceremony, ceremony_id, with_for_update=True)
        if row is None or row.purpose != Purpose.FRESH or row.challenge != begun.challenge:
            raise refusal
        row.purpose = Purpose.FRESH_USED  # it stays until its end, so that the answer can't be given once more

    async def counts_instead(
        self, session: AsyncSession, route: Route, actor: Actor, subject: str, at: datetime
    ) -> bool:
        """Say whether something else is as good as a proof."""
        counts = self._instead.get(route)
        return counts is not None and await counts(session, actor, subject, at)


def challenges(secret: bytes) -> Challenges:
    """Return what gives out the challenges of proofs."""
    return Challenges(secret, _LABEL, purpose=Purpose.FRESH, valid=FRESH_VALID)


def fresh_needed() -> HubError:
    """Return the answer to who brings no proof."""
    rule = "fresh_needed"
    return HubError(rule, FORBIDDEN, "Confirm this with your passkey.")


async def _opened_by(session: AsyncSession, token: str) -> OfficerSession:
    """Return the session, which the guard has just judged."""
    return await session.get_one(OfficerSession, secret_digest(token))
