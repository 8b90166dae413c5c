"""What the hub takes from the offline keys, and what it refuses."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from hub.directory.service import DirectoryService
from hub.kit.access import OPERATOR, Actor, Role
from hub.kit.errors import HubError
from hub.topics.service import Topics
from milton_protocol.errors import ProtocolError
from milton_protocol.messages.city.revocation import RevocationKind
from tests.simulators.city import AGENCY_ID, OFFICER, City, ed25519

if TYPE_CHECKING:
    from hub.db.engine import Database


def service(city: City) -> DirectoryService:
    """Return the service of the city's hub."""
    return DirectoryService(AGENCY_ID, city.root_public_key, Topics(AGENCY_ID))


async def hand_over(database: Database, city: City) -> None:
    """Hand the city's record and directory over."""
    directory = service(city)
    async with database.session("test") as session:
        await directory.take_city_record(session, OPERATOR, city.city_record_envelope(), city.now)
        await directory.take_directory(session, OPERATOR, city.directory_envelope(), city.now)


async def refused(database: Database, city: City, envelope: bytes, kind: str = "directory") -> str:
    """Return the rule by which a document is refused."""
    directory = service(city)
    take = directory.take_directory if kind == "directory" else directory.take_city_record
    with pytest.raises(ProtocolError) as error:
        async with database.session("test") as session:
            await take(session, OPERATOR, envelope, city.now)
    return error.value.rule


async def test_what_was_handed_over_is_in_force_and_goes_to_homes(database: Database) -> None:
    """Byte for byte; handing it over again changes nothing."""
    city = City()
    await hand_over(database, city)
    await hand_over(database, city)
    async with database.reading() as session:
        assert (await service(city).current(session)).directory == city.directory
        changes = await Topics(AGENCY_ID).changed_after(session, 0)
    assert {change.topic: change.payload for change in changes} == {
        f"milton/v1/{AGENCY_ID}/city-record": city.city_record_envelope(),
        f"milton/v1/{AGENCY_ID}/directory": city.directory_envelope(),
    }
    assert [change.seq for change in changes] == [1, 2]


async def test_an_empty_hub_says_that_it_is_not_initialised(database: Database) -> None:
    """It answers 503 and lets nobody in."""
    async with database.reading() as session:
        with pytest.raises(HubError, match="not_initialised"):
            await service(City()).current(session)


async def test_what_one_directory_key_or_another_key_signed_is_refused(database: Database) -> None:
    """Both are needed; the hub's own key counts for nothing."""
    city = City()
    await hand_over(database, city)
    city.directory = replace(city.directory, serial=2)
    for signers in ((ed25519("directory-1"),), (ed25519("directory-1"), ed25519("hub")), (ed25519("hub"),)):
        city.directory_signers = signers
        assert await refused(database, city, city.directory_envelope()) == "signature_missing"


async def test_an_older_serial_another_agency_and_an_expired_document_are_refused(database: Database) -> None:
    """By name; what was in force stays."""
    city = City()
    city.directory = replace(city.directory, serial=5)
    await hand_over(database, city)
    good = city.directory
    bent = {
        "directory_rolled_back": replace(good, serial=4),
        "agency_differs": replace(good, serial=6, agency_id="other-pd"),
        "directory_expired": replace(
            good, serial=6, issued_at=city.now - timedelta(days=20), expires_at=city.now - timedelta(days=1)
        ),
    }
    for rule, directory in bent.items():
        city.directory = directory
        assert await refused(database, city, city.directory_envelope()) == rule
    async with database.reading() as session:
        assert (await service(city).current(session)).directory == good


async def test_a_city_record_of_another_root_or_an_older_one_is_refused(database: Database) -> None:
    """The root's public key is the hub's own pin."""
    city = City()
    city.record = replace(city.record, serial=3)
    await hand_over(database, city)
    city.record = replace(city.record, serial=2)
    assert await refused(database, city, city.city_record_envelope(), "city-record") == "city_record_rolled_back"
    stranger = City(root_key=ed25519("another root"))
    stranger.record = replace(stranger.record, serial=9)
    assert await refused(database, city, stranger.city_record_envelope(), "city-record") == "signature_missing"


async def test_a_revoked_person_is_gone_at_once(database: Database) -> None:
    """By a revocation of one directory key that travels alone; it is published too."""
    city = City()
    await hand_over(database, city)
    directory = service(city)
    envelope = city.revoke("person", OFFICER)
    async with database.session("test") as session:
        assert await directory.find_person(session, OFFICER, city.now) is not None
        await directory.take_revocation(session, OPERATOR, envelope, city.now)
        assert await directory.find_person(session, OFFICER, city.now) is None
        assert (await directory.current(session)).is_revoked(RevocationKind.PERSON, OFFICER)
        with pytest.raises(HubError, match="person_unknown"):
            await directory.person(session, OFFICER, city.now)
        changes = await Topics(AGENCY_ID).changed_after(session, 2)
    assert [change.payload for change in changes] == [envelope]
    with pytest.raises(ProtocolError):
        async with database.session("test") as session:
            await directory.take_revocation(session, OPERATOR, city.revoke("person", "x", signer="hub"), city.now)


async def test_nobody_at_a_page_changes_the_directory(database: Database) -> None:
    """Not even somebody with every role of people."""
    everybody = Actor(id="person:x", roles=frozenset(set(Role) - {Role.OPERATOR}), person_id="x")
    city = City()
    async with database.session("test") as session:
        with pytest.raises(HubError, match="not_allowed"):
            await service(city).take_city_record(session, everybody, city.city_record_envelope(), city.now)


async def test_a_city_without_a_map_gives_none(database: Database) -> None:
    """By name."""
    city = City()
    await hand_over(database, city)
    with pytest.raises(HubError) as error:
        async with database.reading() as session:
            await service(city).map_pack(session)
    assert (error.value.status, error.value.rule) == (404, "map_none")
