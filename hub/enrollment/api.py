"""``POST /v1/enrol`` and ``DELETE /v1/enrolment`` (protocol section 9)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from aiohttp import web

from hub.enrollment import routes
from hub.enrollment.guard import bearer
from hub.enrollment.service import code_unknown
from hub.kit.guesses import SlowAnswers
from hub.web.server.peers import address_of
from milton_protocol import dsse
from milton_protocol.messages.homes.enrollment import EnrolAnswer, EnrolRequest, MqttAccess
from milton_protocol.messages.homes.erasure import Erasure, LeaveAnswer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime, timedelta

    from aiohttp.typedefs import Handler
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from hub.broker.service import Broker
    from hub.db.engine import Database
    from hub.enrollment.service import Enrolled, Enrollment
    from hub.web.routing import Route


class EnrollmentApi:
    """The handlers, over one database and one broker."""

    def __init__(  # noqa: PLR0913  what the handlers use
        self,
        *,
        database: Database,
        enrollment: Enrollment,
        broker: Broker,
        clock: Callable[[], datetime],
        agency_id: str,
        hub_key: Ed25519PrivateKey,
        receipts_kept: timedelta,
    ) -> None:
        """Keep what the handlers use; ``hub_key`` signs that a home was erased.

        ``receipts_kept``: how long a home can ask for a share's receipts, which it is told as it joins.
        """
        self._receipts_kept = receipts_kept
        self._agency_id, self._hub_key = agency_id, hub_key
        self._database = database
        self._enrollment = enrollment
        self._broker = broker
        self._clock = clock
        self._one_at_a_time = asyncio.Lock()  # a wrong try is counted before the next is
        self._slow = SlowAnswers()

    def handlers(self) -> Mapping[Route, Handler]:
        """Return what answers each route of the homes' application."""
        return {routes.ENROL: self.enrol, routes.LEAVE: self.leave}

    async def enrol(self, request: web.Request) -> web.Response:
        """Enroll a home; a wrong code is counted even though nothing else is changed."""
        asked = EnrolRequest.from_bytes(await request.read())
        now = self._clock()
        async with self._database.reading() as session:  # a wrong code keeps no writer waiting, nor a right one
            is_known = await self._enrollment.is_known(session, asked.code, now)
        if not is_known:
            await self._count_wrong(address_of(request), now)
            raise code_unknown()
        async with self._database.session("enrolment.enrolled") as session:
            enrolled = await self._enrollment.enrol(
                session, code=asked.code, home_id=asked.home_id, device_key=asked.device_key, at=now
            )
        await self._broker.accounts_changed()
        return web.Response(body=self._answer(enrolled).to_bytes(), content_type="application/json")

    async def leave(self, request: web.Request) -> web.Response:
        """Let a home go, and sign that; the answer to a repeat is the same."""
        token = bearer(request)
        async with self._database.reading() as session:  # who is nobody's home keeps no writer waiting
            await self._enrollment.home_of(session, token)
        async with self._database.session("enrolment.left") as session:
            left = await self._enrollment.leave(session, token, at=self._clock())
        await self._broker.accounts_changed()
        erasure = Erasure(agency_id=self._agency_id, home_id=left.home_id, at=left.at.replace(microsecond=0))
        answer = LeaveAnswer(erasure=dsse.sign(Erasure.PAYLOAD_TYPE, erasure.to_bytes(), [self._hub_key]))
        return web.Response(body=answer.to_bytes(), content_type="application/json")

    async def _count_wrong(self, address: str, now: datetime) -> None:
        """Write a wrong try down; where its network has used up what is, wait instead."""
        async with self._one_at_a_time:
            async with self._database.reading() as session:
                is_spent = await self._enrollment.is_spent(session, address, now)
            if not is_spent:
                async with self._database.session("enrolment.wrong_code_noted") as session:
                    await self._enrollment.note_wrong_code(session, address, now)
        if is_spent:
            await self._slow.wait()

    def _answer(self, enrolled: Enrolled) -> EnrolAnswer:
        account = self._broker.credentials(enrolled.mqtt_username)
        mqtt = None if account is None else MqttAccess(username=account.username, password=account.password)
        return EnrolAnswer(home_token=enrolled.home_token, mqtt=mqtt, receipts_keep_days=self._receipts_kept.days)
