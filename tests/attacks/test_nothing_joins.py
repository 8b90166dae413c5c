"""No table of either house joins an upload ticket, a share, and an account: not by columns, not by what is in them."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING

import pytest

from hub.community.migrations.tables import METADATA as RESIDENTS
from hub.migrations.tables import METADATA as POLICE
from milton_protocol.geometry import Point
from tests.simulators.answered import payload_of
from tests.simulators.both_houses import both_houses
from tests.simulators.owned_rows import owned, rows_of, telling
from tests.simulators.registered import AT_POINT, HERE, Camera
from tests.simulators.sealed_share import HomeClient, seal_share

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from sqlalchemy import MetaData

    from tests.simulators.both_houses import Houses

AREA = {"kind": "circle", "center": [HERE.lat_e7, HERE.lon_e7], "radius_m": 250}
TICKET = "upload_ticket"


def together(metadata: MetaData, table: str) -> set[str]:
    """Return the tables that foreign keys join to a table, in whichever direction and over however many others."""
    pairs = [
        {each.name, key.column.table.name}
        for each in metadata.sorted_tables
        for column in each.columns
        for key in column.foreign_keys
    ]
    found, before = {table}, set[str]()
    while found != before:
        before = set(found)
        found |= {name for pair in pairs if pair & found for name in pair}
    return found


def columns_of(metadata: MetaData, *tables: str) -> set[str]:
    """Return the names of the columns of some tables, or of all."""
    wanted = tables or tuple(metadata.tables)
    return {column.name for name in wanted for column in metadata.tables[name].columns}


def test_no_table_joins_a_ticket_a_share_and_an_account() -> None:
    """Each house has tables of its own, but for the leases of its jobs; none has a column of two of the three."""
    assert set(POLICE.tables) & set(RESIDENTS.tables) == {"job_lease"}
    assert together(RESIDENTS, TICKET) == {TICKET}
    assert columns_of(RESIDENTS, TICKET) == {"digest", "until"}
    of_account = together(RESIDENTS, "account")
    assert {"entry", "resident_session", "letter_code", "look_up_notice"} <= of_account
    named = {"share", "ticket", "receipt", "request", "digest", "home", "upload"}
    assert [name for name in columns_of(RESIDENTS, *of_account) if named & set(name.split("_"))] == []
    of_residents = {"account", "resident", "ticket", "entry", "letter"}
    assert [name for name in columns_of(POLICE) | set(POLICE.tables) if of_residents & set(name.split("_"))] == []
    assert together(POLICE, "share") & {"home", "enrolment_code"} == set()


@pytest.fixture
async def houses(tmp_path: Path) -> AsyncIterator[Houses]:
    """Run them."""
    async with both_houses(tmp_path) as running:
        yield running


async def test_no_row_of_a_ticket_a_share_or_an_account_has_a_value_of_another(houses: Houses) -> None:
    """After a resident was looked up, signed in, and answered; each by its own table's rows and all that point to it.

    What both houses have is when an officer looked and for which case, as owners are told: the same for everybody who
    was found, whether they answer or not.
    """
    resident, silent = [await houses.residents.resident() for _ in range(2)]
    beside = replace(AT_POINT, point=Point(HERE.lat_e7 + 1_234, HERE.lon_e7 - 2_345))
    await Camera(place=AT_POINT).put(resident)
    await Camera(place=beside).put(silent)
    officer, request_id = await houses.agency.desk("officer"), await houses.agency.published()
    assert len((await houses.look_up(officer, AREA))[1]["entries"]) == 2
    _, answer = await resident.ask("POST", "/api/tickets", {})
    share = seal_share(await payload_of(houses.agency, request_id), request_id)
    await HomeClient(houses.agency.session, houses.agency.homes_url, answer["ticket"]).send(share)
    of_residents = await rows_of(houses.residents.community.database, RESIDENTS)
    of_police = await rows_of(houses.agency.hub.database, POLICE)
    accounts = [owned(RESIDENTS, of_residents, "account", each.account_id) for each in (resident, silent)]
    notices = [{"look_up_notice": each.pop("look_up_notice")} for each in accounts]
    tickets, shared = {TICKET: of_residents[TICKET]}, owned(POLICE, of_police, "share", share.share.share_id)
    assert len(tickets[TICKET]) == 1
    assert {"share", "share_part", "receipt"} <= set(shared)
    for one, other in combinations((shared, tickets, *accounts), 2):
        assert telling(one) & telling(other) == set()
    everything = telling({name: rows for name, rows in of_police.items() if name != "job_lease"})
    for each in (tickets, *accounts):
        assert telling(each) & everything == set()
    ((one,), (other,)) = (each["look_up_notice"] for each in notices)
    assert {*telling(notices[0]), *telling(notices[1])} & everything == {one.case_number, one.at}
    assert (one.badge, one.case_number, one.at) == (other.badge, other.case_number, other.at)
