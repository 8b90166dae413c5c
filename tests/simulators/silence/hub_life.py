"""The hub of homes that live through days within seconds: the real one, with its real broker, on a clock that is told.

``python -m tests.simulators.silence.hub_life SOCKET FOLDER`` listens on a socket of this machine, in the hub's
environment. A connection is the life of one hub, a copy of one city. Each line of JSON is what the city does then, with
the time; the line that answers has what the hub and its broker logged and what changed on its disk since the last one.

Between two lines the hub serves as ever, but its time stands still: nothing that it does by itself falls to a home's
moments by the speed of this machine. Its jobs run when it is told so; what it might do by a timer alone, it never does.
"""

from __future__ import annotations

import asyncio
import json
import logging
import shutil
import sys
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from hub.cli.city.init import OFFLINE
from hub.enrollment.secrets import EnrollmentSecret
from hub.enrollment.service import Enrollment
from hub.enrollment.tries import NOTED_IN_ALL
from hub.kit.access import OPERATOR
from hub.kit.codes import new_code
from hub.kit.keys import read_key
from hub.kit.settings import BrokerKind, Settings
from hub.live.service import LiveStatements
from hub.publiclog.service import PublicLog
from hub.requests.model import RequestRow
from hub.shares.record.custody import ReceiptRow
from hub.topics.service import LIVE_TOPIC
from milton_protocol.dsse import sign
from milton_protocol.messages.homes.enrollment import EnrolRequest
from milton_protocol.messages.requests.request import Request
from milton_protocol.times import format_time
from tests.simulators.agency import found_agency, serving_agency
from tests.simulators.city import AREA
from tests.simulators.hub_bench import copy_city, seed_home
from tests.simulators.maps import town
from tests.simulators.ports import free_port
from tests.simulators.sealed_share import HomeClient, seal_share

from .disk import Disk
from .hub_log import Lines, talkative_broker
from .script import EXPIRES_IN_H
from .standing import StandingTime, ToldClock
from .trace import Seen

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.simulators.agency import Agency
    from tests.simulators.city import Passkey

    type Note = tuple[float, str, str, int]  # at (the machine's monotonic seconds), who sees it, its words, its bytes

CELL = "3414,-8430"
CASES_FROM = 104_417
ALL_JOBS_EACH_H = 12  # they cost as much as the rest, and have little to do
MARK_CHARS = 100  # of a live statement's end, its signature: no other message has them


@dataclass(kw_only=True)
class HubLife:
    """One hub while it is one home's."""

    agency: Agency
    clock: ToldClock
    stands: StandingTime
    disk: Disk
    lines: Lines
    published: int = 0
    last: str = ""

    async def begin(self, _told: Mapping[str, Any]) -> dict[str, Any]:
        """Make a code for a home."""
        hub = self.agency.hub
        async with hub.database.session("test") as session:
            enrollment = Enrollment(EnrollmentSecret(value=hub.keys.enrollment_secret))
            return {"code": await enrollment.new_code(session, OPERATOR, cell=CELL, at=self.clock())}

    async def stand(self, _told: Mapping[str, Any]) -> dict[str, Any]:
        """From now on be as late as one is told."""
        self.stands.stand()
        return {}

    async def look(self, told: Mapping[str, Any]) -> dict[str, Any]:
        """Do nothing but see, once the broker has logged so many ``packets``."""
        while self.lines.packets < told["packets"]:
            self.lines.grown.clear()
            await self.lines.grown.wait()
        return {}

    async def expire(self, _told: Mapping[str, Any]) -> dict[str, Any]:
        """End what has expired."""
        await self.agency.hub.jobs.run_now("expiry")
        return await self._mark()

    async def word(self, told: Mapping[str, Any]) -> dict[str, Any]:
        """Say what is live; now and then do all that a hub does by itself."""
        jobs = self.agency.hub.jobs
        every = [job.name for job in jobs._jobs if job.interval_s is not None]  # noqa: SLF001 - nobody else asks
        for name in every if told["hour"] % ALL_JOBS_EACH_H == 1 else ["live"]:
            await jobs.run_now(name)
        return await self._mark()

    async def publish(self, _told: Mapping[str, Any]) -> dict[str, Any]:
        """Publish a request by its officer, of the area and the hour that the homes' footage is of."""
        now = self.clock().replace(microsecond=0)
        request_id = await self.agency.published(
            case_number=f"26-{CASES_FROM + self.published}",
            area={"kind": "circle", "center": [AREA.center.lat_e7, AREA.center.lon_e7], "radius_m": AREA.radius_m},
            **{"from": format_time(now - timedelta(hours=3)), "until": format_time(now - timedelta(hours=2))},
            expires_in_h=EXPIRES_IN_H,
        )
        self.published, self.last = self.published + 1, request_id
        return {"request_id": request_id, **await self._mark()}

    async def draw(self, told: Mapping[str, Any]) -> dict[str, Any]:
        """Take a new map and the city record that names it, as ``milton-hub take`` does."""
        hub, settings, directory = self.agency.hub, self.agency.settings, self.agency.directory
        log = PublicLog(settings.log_origin, hub.keys.log_key)
        live = LiveStatements(hub_key=hub.keys.hub_key, topics=hub.topics, directory=directory, log=log)
        pack = town(agency_id=settings.agency_id, credit=told["credit"])
        root = read_key(settings.folder.parent / OFFLINE / "root.key")
        async with hub.database.session("documents.taken") as session:
            record = (await directory.current(session)).city_record
            record = replace(
                record,
                serial=record.serial + 1,
                issued_at=self.clock().replace(microsecond=0),
                map_sha256=sha256(pack).hexdigest(),
            )
            await directory.take_map(session, OPERATOR, pack, self.clock())
            signed = sign(record.PAYLOAD_TYPE, record.to_bytes(), [root])
            await directory.take_city_record(session, OPERATOR, signed, self.clock())
            await live.issue(session, OPERATOR, self.clock())
        return await self._mark()

    async def receipted(self, _told: Mapping[str, Any]) -> dict[str, Any]:
        """Say whether a share was receipted."""
        async with self.agency.hub.database.reading() as session:
            return {"is_receipted": await session.scalar(select(ReceiptRow.share_id).limit(1)) is not None}

    async def faults(self, _told: Mapping[str, Any]) -> dict[str, Any]:
        """Be a home with faults; say what the hub's disk and log show of each."""
        await self.publish({})
        hub = self.agency.hub
        if self.agency.settings.broker.kind is not BrokerKind.NONE:  # it logs a little later, and not of the faults
            await self.lines.until(f"requests/{self.last}", "/live'", "Sending PUBACK to hub-publisher")
        client = HomeClient(self.agency.session, self.agency.homes_url, await seed_home(hub.database))
        async with hub.database.reading() as session:
            payloads = select(RequestRow.payload).where(RequestRow.request_id == self.last)
            request = Request.from_bytes((await session.scalars(payloads)).one())
        share = seal_share(request, self.last, clip=b"clip")
        self.seen()
        assert await client.announce(share) == 201
        announced = self.seen()
        for number in range(NOTED_IN_ALL):
            guess = EnrolRequest(code=new_code(), home_id=f"{number:032x}", device_key=b"\x2a" * 32)
            headers = {"X-Real-IP": f"192.0.2.{number}"}  # from one address alone it would be stopped before
            status, _, _ = await client.ask("POST", "/v1/enrol", headers=headers, data=guess.to_bytes())
            assert status == 404, status
        return {"faults": {"announces": announced, "guesses": self.seen()}}

    def seen(self) -> list[Note]:
        """Return what log and disk show that they did not before."""
        at = time.monotonic()
        rows: list[Note] = [(at, Seen.HUBS_TABLES, words, size_bytes) for words, size_bytes in self.disk.look()]
        return [*self.lines.taken(), *rows]

    async def _mark(self) -> dict[str, Any]:
        async with self.agency.hub.database.reading() as session:
            payload = await self.agency.hub.topics.get(session, LIVE_TOPIC)
        assert payload is not None
        return {"mark": payload[-MARK_CHARS:].decode()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Founded:
    """A city that no hub has served yet, and the ports that its record names: homes are listened to there."""

    folder: Path
    passkeys: dict[str, Passkey]
    home_port: int
    mqtt_port: int
    broker_port: int


def found(folder: Path, *, mqtt: bool) -> Founded:
    """Found a city, with a broker or without."""
    home_port, mqtt_port, broker_port = free_port(), free_port(), free_port()
    options = ["--home-url", f"http://127.0.0.1:{home_port}"]
    if mqtt:
        options += ["--broker", "mosquitto", "--listen-mqtt", f"127.0.0.1:{broker_port}"]
        options += ["--mqtt-url", f"mqtt://127.0.0.1:{mqtt_port}"]
    _, passkeys = found_agency(folder, *options)
    return Founded(folder=folder, passkeys=passkeys, home_port=home_port, mqtt_port=mqtt_port, broker_port=broker_port)


async def live(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, city: Founded, stands: StandingTime) -> None:
    """Be a hub until the connection ends."""
    told = json.loads(await reader.readline())
    data = city.folder.parent / "hub"
    await asyncio.to_thread(copy_city, city.folder, data)
    settings, clock, lines = Settings.load(data), ToldClock(), Lines()
    logging.getLogger().addHandler(lines)
    async with AsyncExitStack() as stack:
        stack.callback(shutil.rmtree, data)
        stack.callback(logging.getLogger().removeHandler, lines)
        agency = await stack.enter_async_context(serving_agency(settings, city.passkeys, clock))
        stack.callback(stands.go_on)
        disk = Disk(settings.folder)
        stack.callback(disk.close)
        life = HubLife(agency=agency, clock=clock, stands=stands, disk=disk, lines=lines)
        ports = {"home": city.home_port, "mqtt": city.mqtt_port, "broker": city.broker_port}
        ports["hub"] = int(agency.homes_url.rpartition(":")[2])
        more: dict[str, Any] = {"ports": ports}
        while told:
            clock.now = datetime.fromisoformat(told["at"])
            act: Callable[[Mapping[str, Any]], Any] = getattr(life, told["do"])
            answer = {**more, **await act(told), "notes": life.seen()}
            writer.write(json.dumps(answer).encode() + b"\n")
            more = {}
            told = json.loads(await reader.readline() or "null")
    writer.close()


async def main(socket: Path, city: Founded) -> None:
    """Serve one life after the other, until this process is ended."""
    stands = StandingTime()
    asyncio.get_running_loop().time = stands  # type: ignore[method-assign]

    async def begin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await live(reader, writer, city, stands)

    await (await asyncio.start_unix_server(begin, socket)).serve_forever()


if __name__ == "__main__":
    logging.getLogger().setLevel(logging.INFO)
    for name in ("hub", "aiohttp"):
        logging.getLogger(name).setLevel(logging.DEBUG)
    where = Path(sys.argv[2])
    talkative_broker(where / "bin")
    asyncio.run(main(Path(sys.argv[1]), found(where / "city", mqtt="mqtt" in sys.argv[3:])))
