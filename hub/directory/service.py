"""The directory as the hub sees it: who the people are, and how a new version is taken and published.

A new version is handed over by the command line (``milton-hub directory sign``), never by a page.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from hub.audit.trail import record
from hub.directory.keys import check_usable
from hub.directory.model import TrustDocument
from hub.directory.names import keep_names
from hub.directory.trust import (
    open_city_record,
    open_directory,
    open_revocation,
    sha256_hex,
    trusted,
)
from hub.kit.access import Action, require
from hub.kit.errors import HubError
from milton_protocol.errors import ProtocolError, Rule
from milton_protocol.messages.city.map_pack import MapPack

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.directory.trust import Trusted
    from hub.kit.access import Actor
    from hub.topics.service import Topics
    from milton_protocol.messages.city.directory import Directory, Person
    from milton_protocol.messages.city.record import CityRecord

CITY_RECORD = "city-record"
DIRECTORY = "directory"
REVOCATION = "revocation"
MAP = "map"
NOT_FOUND = 404
CONFLICT = 409
UNAVAILABLE = 503
_REVOCATIONS = select(TrustDocument.envelope).where(TrustDocument.kind == REVOCATION).order_by(TrustDocument.sha256)


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelopes:
    """What homes are sent, byte for byte."""

    city_record: bytes
    directory: bytes
    revocations: tuple[bytes, ...]


class DirectoryService:
    """Reads and takes city record, directory and revocations of one agency."""

    def __init__(self, agency_id: str, root_public_key: bytes, topics: Topics) -> None:
        """Believe what chains to ``root_public_key`` (32 raw bytes) and names ``agency_id``."""
        self._agency_id = agency_id
        self.root_public_key = root_public_key
        self._topics = topics
        self._read: tuple[Envelopes, Trusted] | None = None

    async def current(self, session: AsyncSession) -> Trusted:
        """Return everything that is in force; raise ``not_initialised`` (503) in an empty database."""
        sent = await self.envelopes(session)
        if self._read is None or self._read[0] != sent:
            self._read = (sent, trusted(self.root_public_key, sent.city_record, sent.directory, sent.revocations))
        return self._read[1]

    async def city_record(self, session: AsyncSession) -> CityRecord:
        """Return the city record in force; raise ``not_initialised``."""
        return (await self.current(session)).city_record

    async def envelopes(self, session: AsyncSession) -> Envelopes:
        """Return the envelopes in force; raise ``not_initialised``."""
        city_record, directory = await self._topics.get_all(session, CITY_RECORD, DIRECTORY)
        if city_record is None or directory is None:
            rule = "not_initialised"
            raise HubError(rule, UNAVAILABLE, "The hub has no city record and directory yet.")
        return Envelopes(city_record=city_record, directory=directory, revocations=await self._revocations(session))

    async def of_time(self, session: AsyncSession, at: datetime) -> tuple[bytes, bytes]:
        """Return city record and directory, as they were sent, that were in force at ``at``.

        Where the clock was set back so that none was, those of today.
        """
        today = await self.envelopes(session)
        record = await self._of_time(session, CITY_RECORD, at)
        directory = await self._of_time(session, DIRECTORY, at)
        return record or today.city_record, directory or today.directory

    async def _of_time(self, session: AsyncSession, kind: str, at: datetime) -> bytes | None:
        rows = select(TrustDocument.envelope).where(TrustDocument.kind == kind, TrustDocument.received_at <= at)
        envelope: bytes | None = await session.scalar(rows.order_by(TrustDocument.serial.desc()).limit(1))
        return envelope

    async def in_force(self, session: AsyncSession, at: datetime) -> Trusted:
        """Return :meth:`current` while homes believe it.

        Raises ``directory_expired`` (503) when its time is over, ``directory_not_yet_valid`` (503) for a clock that is
        before it.
        """
        current = await self.current(session)
        if at < current.directory.issued_at:
            sentence = "The directory is of a later time than the hub's clock shows: the clock is wrong."
            raise HubError(Rule.DIRECTORY_NOT_YET_VALID, UNAVAILABLE, sentence)
        if at >= current.directory.expires_at:
            raise HubError(Rule.DIRECTORY_EXPIRED, UNAVAILABLE, "The directory has expired; two keys must renew it.")
        return current

    async def find_person(self, session: AsyncSession, person_id: str, at: datetime) -> Person | None:
        """Return a person of the directory in force who is not revoked."""
        return (await self.in_force(session, at)).person(person_id)

    async def person(self, session: AsyncSession, person_id: str, at: datetime) -> Person:
        """Return the person; raise ``person_unknown`` (404)."""
        person = await self.find_person(session, person_id, at)
        if person is None:
            rule = "person_unknown"
            raise HubError(rule, NOT_FOUND, "The directory does not have this person.")
        return person

    async def take_city_record(self, session: AsyncSession, actor: Actor, envelope: bytes, at: datetime) -> CityRecord:
        """Take and publish a city record; raise ProtocolError (signature, agency, rolled back, expired)."""
        require(actor, Action.DIRECTORY_CHANGE)
        new = open_city_record(envelope, self.root_public_key)
        self._check_agency(new.agency_id)
        if at >= new.expires_at:
            raise ProtocolError(Rule.CITY_RECORD_EXPIRED)
        await self._check_grows(session, CITY_RECORD, new.serial, envelope, Rule.CITY_RECORD_ROLLED_BACK)
        if new.map_sha256 is not None and await session.get(TrustDocument, new.map_sha256) is None:
            rule = "map_missing"
            raise HubError(rule, CONFLICT, "Take the map pack that this city record names, too, and before it.")
        await self._publish(session, actor, kind=CITY_RECORD, serial=new.serial, envelope=envelope, at=at)
        return new

    async def take_directory(self, session: AsyncSession, actor: Actor, envelope: bytes, at: datetime) -> Directory:
        """Take and publish a directory; raise ProtocolError (signatures, agency, unusable key, rolled back, expired).

        The caller issues a live statement in the same transaction, for that names the directory's digest.
        """
        require(actor, Action.DIRECTORY_CHANGE)
        city_record = open_city_record(await self._topics.get(session, CITY_RECORD) or b"", self.root_public_key)
        new = open_directory(envelope, city_record)
        self._check_agency(new.agency_id)
        check_usable(new)
        if at >= new.expires_at:
            raise ProtocolError(Rule.DIRECTORY_EXPIRED)
        await self._check_grows(session, DIRECTORY, new.serial, envelope, Rule.DIRECTORY_ROLLED_BACK)
        await self._publish(session, actor, kind=DIRECTORY, serial=new.serial, envelope=envelope, at=at)
        await keep_names(session, new)
        return new

    async def take_revocation(self, session: AsyncSession, actor: Actor, envelope: bytes, at: datetime) -> None:
        """Take and publish a revocation that travels alone; raise ProtocolError."""
        require(actor, Action.DIRECTORY_CHANGE)
        current = await self.current(session)
        self._check_agency(open_revocation(envelope, current.city_record).agency_id)
        await self._publish(session, actor, kind=REVOCATION, serial=0, envelope=envelope, at=at)

    async def take_map(self, session: AsyncSession, actor: Actor, pack: bytes, at: datetime) -> None:
        """Keep a map pack; homes are given it once a city record names it. Raises ProtocolError (form, agency)."""
        require(actor, Action.DIRECTORY_CHANGE)
        self._check_agency(MapPack.from_bytes(pack).agency_id)
        await self._keep(session, actor, kind=MAP, serial=0, envelope=pack, at=at)

    async def map_pack(self, session: AsyncSession) -> bytes:
        """Return the pack that the city record in force names; raise ``map_none`` (404)."""
        named = (await self.current(session)).city_record.map_sha256
        row = None if named is None else await session.get(TrustDocument, named)
        if row is None:
            rule = "map_none"
            raise HubError(rule, NOT_FOUND, "The city gives no map.")
        return row.envelope

    async def _revocations(self, session: AsyncSession) -> tuple[bytes, ...]:
        return tuple((await session.scalars(_REVOCATIONS)).all())

    def _check_agency(self, agency_id: str) -> None:
        if agency_id != self._agency_id:
            raise ProtocolError(Rule.AGENCY_DIFFERS, agency_id)

    async def _check_grows(self, session: AsyncSession, kind: str, serial: int, envelope: bytes, rule: Rule) -> None:
        """Refuse a serial that is not greater than every one before, except for the very same bytes again."""
        if await self._topics.get(session, kind) == envelope:
            return
        newest = select(TrustDocument.serial).where(TrustDocument.kind == kind).order_by(TrustDocument.serial.desc())
        last = await session.scalar(newest.limit(1))
        if last is not None and serial <= last:
            raise ProtocolError(rule, f"{serial} after {last}")

    async def _publish(  # noqa: PLR0913 - the columns of a document
        self, session: AsyncSession, actor: Actor, *, kind: str, serial: int, envelope: bytes, at: datetime
    ) -> None:
        if await self._keep(session, actor, kind=kind, serial=serial, envelope=envelope, at=at):
            topic = f"revocations/{sha256_hex(envelope)}" if kind == REVOCATION else kind
            await self._topics.set(session, topic, envelope)

    async def _keep(  # noqa: PLR0913 - the columns of a document
        self, session: AsyncSession, actor: Actor, *, kind: str, serial: int, envelope: bytes, at: datetime
    ) -> bool:
        """Keep a document and write down that it was taken; False where the hub had it."""
        digest = sha256_hex(envelope)
        if await session.get(TrustDocument, digest) is not None:
            return False
        session.add(TrustDocument(sha256=digest, kind=kind, serial=serial, envelope=envelope, received_at=at))
        await record(session, at=at, actor=actor, action=f"{kind}.taken", subject=f"serial {serial}", detail=digest)
        return True
