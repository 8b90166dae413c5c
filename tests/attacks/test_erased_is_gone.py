"""What residents erase is gone from both houses' databases, files and logs, and from each backup made later.

What is sought is read from the tables themselves before it is erased: all that was kept of an account.
"""

from __future__ import annotations

import asyncio
import logging
import subprocess
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest

from hub.community.migrations.tables import METADATA
from milton_protocol.geometry import Point
from milton_protocol.messages.homes.camera_entry import EntryState, StreetPlace
from tests.attacks.test_no_secret_is_logged import lines_of
from tests.simulators.answered import payload_of
from tests.simulators.both_houses import both_houses
from tests.simulators.owned_rows import owned, rows_of, telling, written
from tests.simulators.postgres import dumped, running_postgres, tables_of
from tests.simulators.registered import AT_POINT, HERE, IN_CELL, Camera
from tests.simulators.sealed_share import HomeClient, seal_share

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Sequence
    from pathlib import Path

    from tests.simulators.both_houses import Houses
    from tests.simulators.community import Resident

PIN = Point(HERE.lat_e7 + 4_321, HERE.lon_e7 - 5_432)
OFF_THE_MAP = StreetPlace(street="Quillfeather Way")  # so that no map has it
AREA = {"kind": "circle", "center": [HERE.lat_e7, HERE.lon_e7], "radius_m": 250}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Whatever keeps something of both houses; ``url`` is the residents' database where it is on Postgres."""

    houses: Houses
    log: pytest.LogCaptureFixture
    url: str

    async def everything(self) -> bytes:
        """Return all bytes of the hub's folder, of Postgres's tables, of the log, and of a backup that is made now."""
        folders = [self.houses.agency.settings.folder]
        if self.url:
            folders.append(await tables_of(self.url))
        files = await asyncio.to_thread(_files, folders)
        return b"".join([files, lines_of(self.log).encode(), await self.backup()])

    async def backup(self) -> bytes:
        """Back the residents' database up, as ``docs/operations.md`` says."""
        if self.url:
            return await dumped(self.url)
        folder = self.houses.agency.settings.folder
        return await asyncio.to_thread(_backed_up, folder / "community.sqlite", folder.parent / "backup.sqlite")

    async def still(self, values: Iterable[bytes]) -> list[bytes]:
        """Return those of ``values`` that are still somewhere, once the jobs that follow an erasure have run."""
        if self.url:
            await self.houses.night()
        await self.houses.residents.community.jobs.run_now("community journal")
        everything = await self.everything()
        return [each for each in values if each in everything]


def _files(folders: Sequence[Path]) -> bytes:
    """Read folders in a process of its own: SQLite loses its locks where its own process opens and closes a file."""
    found = ["find", *folders, "-type", "f", "-exec", "cat", "{}", "+"]
    return subprocess.run(found, check=True, stdout=subprocess.PIPE).stdout


def _backed_up(database: Path, to: Path) -> bytes:
    to.unlink(missing_ok=True)
    subprocess.run(["sqlite3", database, f".backup {to}"], check=True)
    return to.read_bytes()


@pytest.fixture(params=["sqlite", "postgres"])
async def kept(request: pytest.FixtureRequest, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> AsyncIterator[Kept]:
    """Run both houses, and log all that they say."""
    caplog.set_level(logging.DEBUG)
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(running_postgres()) if request.param == "postgres" else ""
        houses = await stack.enter_async_context(both_houses(tmp_path, url))
        yield Kept(houses=houses, log=caplog, url=url)


async def lived_in(houses: Houses) -> tuple[Resident, list[Camera]]:
    """Let a resident do all there is: cameras, one of them changed; an officer who saw them; an answer to a request."""
    resident = await houses.residents.resident()
    places = (replace(AT_POINT, point=PIN), StreetPlace(street="Birmingham Hwy"), IN_CELL, OFF_THE_MAP)
    cameras = [Camera(number=number, place=place) for number, place in enumerate(places, start=1)]
    for camera in cameras:
        await camera.put(resident)
    cameras[2].revision = 2
    await cameras[2].put(resident)
    officer = await houses.agency.desk("officer")
    assert len((await houses.look_up(officer, AREA))[1]["entries"]) == 2
    request_id = await houses.agency.published()
    _, answer = await resident.ask("POST", "/api/tickets", {})
    page = HomeClient(houses.agency.session, houses.agency.homes_url, answer["ticket"])
    await page.send(seal_share(await payload_of(houses.agency, request_id), request_id))
    return resident, cameras


async def sought(kept: Kept, account_id: str) -> set[bytes]:
    """Return what can be found of an account in its database now.

    But when officers looked: that is in their own trail, beside their badge, the case, and where they looked.
    """
    database = kept.houses.residents.community.database
    rows = owned(METADATA, await rows_of(database, METADATA), "account", account_id)
    assert {"account", "entry", "resident_session", "letter_code", "look_up_notice"} <= set(rows)
    return written(telling(rows) - {row.at for row in rows["look_up_notice"]})


async def test_nothing_of_an_erased_account_is_left_anywhere(kept: Kept) -> None:
    """Not its id, key, sessions, letter, entries, or places; a backup that was made before has them (operations)."""
    anyway = await kept.everything()
    resident, cameras = await lived_in(kept.houses)
    about = {each for each in await sought(kept, resident.account_id) if each not in anyway}
    assert len(about) > len(cameras) * 4
    backup = await kept.backup()
    in_it = {each for each in about if each in backup}
    assert {resident.account_id.encode(), str(resident.joining["key_sha256"]).encode()} < in_it
    assert {form in in_it for form in (PIN.lat_e7.to_bytes(4), str(PIN.lat_e7).encode())} == {True, False}
    assert (await resident.ask("DELETE", "/api/account"))[0] == 200
    assert await kept.still({*about, resident.key.encode(), resident.token.encode()}) == []


async def test_nothing_of_an_erased_entrys_place_is_left_anywhere(kept: Kept) -> None:
    """Nor of a place that was replaced by another; its id, number and revision stay: a number isn't given again."""
    anyway = await kept.everything()
    resident, cameras = await lived_in(kept.houses)
    street = OFF_THE_MAP.street.encode()
    assert street in await kept.everything()
    cameras[3].revision, cameras[3].place = 2, IN_CELL
    await cameras[3].put(resident)
    assert await kept.still([street]) == []
    ids = [resident.account_id, *(each.id for each in cameras)]
    database = kept.houses.residents.community.database
    entries = {"entry": (await rows_of(database, METADATA))["entry"]}
    about = {each for each in written(telling(entries) - set(ids)) if each not in anyway}
    assert any(b"camera-entry.v1" in each for each in about)
    for camera in cameras:
        camera.revision = 3
        await camera.put(resident, EntryState.ERASED)
    assert await kept.still(about) == []
    assert sorted(row.entry_id for row in (await rows_of(database, METADATA))["entry"]) == sorted(ids[1:])
