"""Two transactions in one moment: memory ends with what the disk ends with, whichever thread comes back first."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

import pytest

from custom_components.milton_share.approvers import attempts_table
from custom_components.milton_share.approvers.refused_acts import Act, AttemptRepository, Kind
from custom_components.milton_share.approvers.rules import Session
from custom_components.milton_share.cameras import repository
from custom_components.milton_share.cameras.model import CameraSettings, Placing
from custom_components.milton_share.cases import shares_table
from custom_components.milton_share.cases.repository import CaseRepository
from custom_components.milton_share.cases.shares_table import StoredShare
from custom_components.milton_share.cases.state import ConsentCase
from custom_components.milton_share.city import repository as requests
from custom_components.milton_share.city.repository import KeptRequest
from custom_components.milton_share.notifications.schedule import Notification
from custom_components.milton_share.shared.milton_protocol.geometry import Point
from custom_components.milton_share.storage.database import HomeDatabase
from custom_components.milton_share.storage.durable_steps import Step
from tests.milton_share.conftest import CAMERA

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from tests.milton_share.conftest import Home

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SHARE_ID = "5" * 32
OLIVIA = Session(
    user_id="olivia",
    is_owner=True,
    active=True,
    system_generated=False,
    token_type="normal",
    provider=None,
    credential_id=None,
)


class LateThreads:
    """Threads of which each comes back before the one that was started before it."""

    def __init__(self) -> None:
        """Start with one that comes back at last."""
        self._turns = 100

    async def __call__[T](self, work: Callable[[], T], /) -> T:
        """Do it now, and say so later."""
        done, turns = work(), self._turns
        self._turns -= 10
        for _ in range(turns):
            await asyncio.sleep(0)
        return done


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[HomeDatabase]:
    """Open a database whose answers overtake each other."""
    one = HomeDatabase(tmp_path / "home.db", LateThreads())
    await one.open()
    yield one
    await one.close()


async def test_of_two_attempts_in_one_moment_both_are_shown(database: HomeDatabase) -> None:
    """An attempt that is on the disk is seen by the owner without another one after it."""
    book = AttemptRepository(database, lambda: NOW, lambda: None)
    note = partial(book.note, kind=Kind.NOTIFICATION, act=Act.APPROVE, rule="no_button")
    await asyncio.gather(*(note(user_id=name, user_name=name) for name in ("adam", "carl")))
    seen = book.views(OLIVIA)
    assert {view.user_name for view in seen} == {"adam", "carl"}
    assert len(await database.read(attempts_table.all_attempts)) == 2


async def test_of_two_wishes_for_a_camera_the_later_one_holds(home: Home, database: HomeDatabase) -> None:
    """What two pages say at once is the same now as after a restart."""
    book = home.services.cameras
    book._database = database  # noqa: SLF001  as above
    yes = CameraSettings(
        camera_id=CAMERA,
        placing=Placing.OUTDOOR,
        eligible=True,
        position=Point(lat_e7=340_000_000, lon_e7=-842_000_000),
        heading_deg=90,
        field_of_view_deg=90,
        range_m=30,
    )
    await asyncio.gather(book.save(yes), book.save(replace(yes, eligible=False)))
    assert book.settings == await database.read(repository.all_cameras)
    assert not book.settings[CAMERA].eligible


async def test_a_withdrawal_is_not_overtaken_by_what_was_sent_before_it(database: HomeDatabase) -> None:
    """What is on its way is written down at the same moment: the wish to take it back is known at once."""
    book = CaseRepository(database, lambda: None)
    kept = KeptRequest(request_id="b" * 64, bundle=b"", keep_until=NOW)
    told = Notification(tag="c" * 32, request_id="b" * 64, urgent=False, verified_at=NOW, expires_at=NOW)
    await database.run(Step.REQUEST_KEPT, partial(requests.keep, request=kept, salt="salt", notification=told, now=NOW))
    await book.open(ConsentCase(case_id="a" * 32, request_id="b" * 64, camera_id="door"))
    await database.run(Step.CASE_APPROVE, partial(shares_table.add, share=_approved()))
    await book.refresh_share(SHARE_ID)
    await asyncio.gather(
        book.write_share(Step.SHARE_ANNOUNCED, SHARE_ID, partial(shares_table.save_announced, share_id=SHARE_ID)),
        book.write_share(
            Step.WITHDRAWAL_ASKED,
            SHARE_ID,
            partial(shares_table.save_withdrawal, share_id=SHARE_ID, withdrawal=b"a withdrawal"),
        ),
    )
    assert book.share(SHARE_ID).withdrawal == b"a withdrawal"
    assert book.share(SHARE_ID) == (await database.read(shares_table.all_shares))[SHARE_ID]


def _approved() -> StoredShare:
    return StoredShare(
        share_id=SHARE_ID,
        case_id="a" * 32,
        request_id="b" * 64,
        approved_by="olivia",
        approved_at=NOW,
        clip_sha256="c" * 64,
        recipients_sha256="d" * 64,
        recipients=(),
        one_time_key=b"",
        receipt_identity="",
        manifest=b"a manifest",
        sources_kept_until=None,
    )
