"""What a home remembers, and where."""

from __future__ import annotations

import errno
import os
import sqlite3
import stat
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from homeassistant.components.backup.const import EXCLUDE_FROM_BACKUP

from custom_components.milton_share.backup import async_post_backup, async_pre_backup
from custom_components.milton_share.cases import cases_table
from custom_components.milton_share.cases.review import Review
from custom_components.milton_share.cases.state import ConsentCase
from custom_components.milton_share.hub_link import topics_table
from custom_components.milton_share.hub_link.inbox import Inbox
from custom_components.milton_share.panel.presenters import clip_view
from custom_components.milton_share.shared.milton_protocol.messages.shares.manifest import Manifest
from custom_components.milton_share.shared.milton_protocol.messages.shares.manifest_parts import (
    AudioEdit,
    Camera,
    ClockMethod,
    ClockReading,
    Edits,
    FrameKind,
    FrameRange,
)
from custom_components.milton_share.shared.milton_protocol.messages.shares.ranges import StoredRange
from custom_components.milton_share.storage import schema
from custom_components.milton_share.storage.database import DatabaseNewerError, HomeDatabase
from custom_components.milton_share.storage.durable_steps import Step
from custom_components.milton_share.storage.paths import FOLDER_NAME, database_path, private_folder
from custom_components.milton_share.storage.private_folder import PrivateFolder

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from homeassistant.core import HomeAssistant

    from tests.milton_share.conftest import Home

BASE = "milton/v1/milton-pd"


@pytest.fixture
async def database(hass: HomeAssistant, tmp_path: Path) -> AsyncIterator[HomeDatabase]:
    """Open a database."""
    one = HomeDatabase(tmp_path / "home.db", hass.async_add_executor_job)
    await one.open()
    yield one
    await one.close()


async def test_files_are_closed_to_other_accounts(hass: HomeAssistant, home: Home) -> None:
    """The database is 0600, the folder of recordings 0700 and by its name in no backup."""
    await home.receive()
    assert stat.S_IMODE((await hass.async_add_executor_job(database_path(hass).stat)).st_mode) == 0o600
    folder = private_folder(hass).root
    assert stat.S_IMODE((await hass.async_add_executor_job(folder.stat)).st_mode) == 0o700
    assert any(Path(FOLDER_NAME).match(pattern) for pattern in EXCLUDE_FROM_BACKUP)


async def test_a_backup_finds_all_in_the_main_file(hass: HomeAssistant, home: Home) -> None:
    """Before it is copied, what is in the log is brought in."""
    request_id = await home.receive()
    await home.until(lambda: home.services.city.keep_until(request_id) is not None)
    await async_pre_backup(hass)
    await async_post_backup(hass)

    def kept() -> int:
        copy = Path(hass.config.path("copy.db"))
        copy.write_bytes(database_path(hass).read_bytes())
        connection = sqlite3.connect(copy)
        try:
            found = connection.execute("SELECT count(*) FROM requests WHERE request_id = ?", (request_id,))
            return int(found.fetchone()[0])
        finally:
            connection.close()

    assert await hass.async_add_executor_job(kept) == 1


async def test_a_transaction_is_done_whole_or_not_at_all(database: HomeDatabase) -> None:
    """What failed half-way left nothing."""

    def fail(connection: sqlite3.Connection) -> None:
        topics_table.save(connection, [("live", b"1")])
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await database.run(Step.CAMERA_SET, fail)
    assert await database.read(topics_table.all_topics) == {}
    assert await database.read(lambda connection: connection.execute("PRAGMA synchronous").fetchone()[0]) == 2


async def test_what_is_only_read_changes_nothing(database: HomeDatabase) -> None:
    """A write without a step's name doesn't last."""
    await database.read(lambda connection: topics_table.save(connection, [("live", b"1")]))
    assert await database.read(topics_table.all_topics) == {}


async def test_a_database_that_is_closed_reads_nothing(database: HomeDatabase) -> None:
    """Whoever comes late is told."""
    await database.close()
    with pytest.raises(sqlite3.ProgrammingError):
        await database.read(topics_table.all_topics)


async def test_a_newer_database_is_left_alone(hass: HomeAssistant, tmp_path: Path) -> None:
    """An older version does not write into it."""
    path = tmp_path / "newer.db"

    def make() -> None:
        connection = sqlite3.connect(path)
        connection.execute("PRAGMA user_version=99")
        connection.close()

    await hass.async_add_executor_job(make)
    with pytest.raises(DatabaseNewerError):
        await HomeDatabase(path, hass.async_add_executor_job).open()


async def test_the_inbox_takes_known_topics_of_its_agency_only(database: HomeDatabase) -> None:
    """And nothing that is too long, but of a request so much as shows it."""
    changes: list[int] = []
    inbox = _inbox(database, lambda: changes.append(1))
    digest = "a" * 64
    await inbox.deliver(
        [
            (f"{BASE}/live", b"live"),
            (f"{BASE}/requests/{digest}", b"request"),
            ("milton/v1/other-pd/live", b"other"),
            (f"{BASE}/requests/../../live", b"path"),
            (f"{BASE}/unheard-of", b"new"),
            ("live", b"short"),
            (f"{BASE}/requests/{'b' * 64}", b"x" * 100_000),
            (f"{BASE}/receipts/{'c' * 32}", b"of a hub that is older"),
        ]
    )
    assert inbox.under("") == {
        "live": b"live",
    }
    assert inbox.under("requests/") == {digest: b"request", "b" * 64: b"x" * 65_537}
    await inbox.deliver([(f"{BASE}/live", b"live")])
    assert len(changes) == 1, "the same message again is no change"
    await inbox.deliver(
        [
            (f"{BASE}/requests/{digest}", None),
            (f"{BASE}/requests/{'b' * 64}", None),
        ]
    )
    assert inbox.counts() == {"live": 1}
    again = _inbox(database, lambda: None)
    await again.load()
    assert again.under("") == inbox.under("")


@pytest.mark.parametrize(("believed", "kept"), [(6, {"live": b"7"}), (7, {})])
async def test_only_what_nobody_believed_yet_is_kept_beside_what_overtook_it(
    database: HomeDatabase, believed: int, kept: dict[str, bytes]
) -> None:
    """What comes after a paper that was believed stands: a hub that takes its word back is heard."""
    inbox = _inbox(database, lambda: None, believed)
    await inbox.deliver([(f"{BASE}/live", b"7")])
    await inbox.deliver([(f"{BASE}/live", b"nothing")])
    assert inbox.get("live") == b"nothing"
    assert inbox.overtaken() == kept


def _inbox(database: HomeDatabase, on_change: Callable[[], None], believed: int = 0) -> Inbox:
    """Make an inbox where a paper of digits says its number by them."""
    return Inbox(
        database,
        "milton-pd",
        claims=lambda _topic, document: int(document) if document.isdigit() else None,
        believed=lambda _topic: believed,
        on_change=on_change,
        run_blocking=run_here,
    )


async def run_here[T](work: Callable[[], T]) -> T:
    """Do it at once."""
    return work()


def test_when_a_cameras_picture_changed_its_size_is_kept_with_the_clip() -> None:
    """A clip of before this was kept says nothing of it."""
    noon = datetime(2026, 11, 10, 12, tzinfo=UTC)
    manifest = Manifest(
        clip_sha256="ab" * 32,
        share_id="ab" * 16,
        request_id="ab" * 32,
        recipients_sha256="ab" * 32,
        camera=Camera(label="Camera 1", view=None),
        ranges=(StoredRange(from_=noon, until=noon + timedelta(minutes=1), first_frame=noon, stored_ms=0),),
        clock=ClockReading(offset_ms=0, uncertainty_ms=100, method=ClockMethod.RTCP, was_put=True),
        gaps=(),
        edits=Edits(audio=AudioEdit.ABSENT, masks=()),
        segments=(),
        frames=(FrameRange(first=0, count=1, kind=FrameKind.ENCODED, slices_sha256=None),),
        preview_sha256=None,
        software={},
        sources_kept_until=None,
        named=False,
        test_card=False,
    )
    review = Review(manifest=manifest, size_bytes=1, resized_at=(noon, noon + timedelta(milliseconds=1)))
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.row_factory = sqlite3.Row
        added = next(number for number, step in enumerate(schema.STEPS) if "COLUMN resized_ms" in step[0])
        for statement in chain.from_iterable(schema.STEPS[:added]):
            connection.execute(statement)
        connection.execute(
            "INSERT INTO cases VALUES ('old', 'r', 'c', 'reviewing', NULL, NULL, ?, 1)", (manifest.to_bytes(),)
        )
        for statement in chain.from_iterable(schema.STEPS[added:]):
            connection.execute(statement)
        cases_table.save(connection, ConsentCase(case_id="new", request_id="r", camera_id="c"))
        cases_table.save_review(connection, "new", review)
        found = cases_table.all_reviews(connection)
    assert (found["new"], found["old"].resized_at) == (review, ())
    assert clip_view(found["new"]).resized_at == review.resized_at


def test_a_stray_that_cannot_be_deleted_stops_no_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bad place of the disk is of that file: of its case, and of all others, goes what can."""
    folder = PrivateFolder(tmp_path / "private")
    folder.make()
    strays = [folder.make_clip_folder(case) / f"{name}.mp4" for case in "abc" for name in "de"]
    for stray in strays:
        stray.write_bytes(b"x")
    tried: list[Path] = []
    unlink_of = Path.unlink

    def unlink(path: Path, *, missing_ok: bool = False) -> None:
        tried.append(path)
        if path == tried[0]:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        unlink_of(path, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", unlink)
    folder.wipe_strays({}, ())
    assert [stray for stray in strays if stray.exists()] == tried[:1]
