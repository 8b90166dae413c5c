"""The home's footage sources: its own recorder, other recorders, camera folders, and added files."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from homeassistant.util import dt as dt_util

from ..cameras.folders import CameraFolders
from ..cameras.links.all import RecorderLinks
from ..cameras.sources import asks_here_first
from ..cases.added_files import AddedFiles
from ..sources.hold_room import HoldBudget
from ..sources.home_clock import HomeClock
from ..sources.recorder import Limits, Recorder
from ..sources.recorder.store.ring import GIB
from ..sources.recorder_clients import CopiedSource
from ..sources.router import Router
from ..sources.steady import SteadyClock
from ..sources.upload import UploadSource, is_file

if TYPE_CHECKING:
    from collections.abc import Callable

    from homeassistant.core import HomeAssistant

    from ..cameras.model import Source
    from ..cases.repository import CaseRepository
    from ..household.model import Household
    from ..sources.bounds import ClockAnswer
    from ..sources.model import FootageSource
    from ..storage.database import HomeDatabase
    from ..storage.private_folder import PrivateFolder


HERE, COPIED, ADDED = range(3)
"""What the router calls the sources by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeSources:
    """The home's sources, with the storage limit that they share."""

    hold_budget: HoldBudget
    recorder: Recorder
    copied: CopiedSource
    folders: CameraFolders
    files: AddedFiles
    added: UploadSource
    links: RecorderLinks
    source: FootageSource  # the three of them, asked as one
    is_clock_set: Callable[[], bool]  # whether a time service has set this home's clock


def home_sources(  # noqa: PLR0913  where they keep it, how much, and whom they ask and tell
    hass: HomeAssistant,
    database: HomeDatabase,
    folder: PrivateFolder,
    book: CaseRepository,
    *,
    household: Household,
    asked: Callable[[str], ClockAnswer | None],
    picked: Callable[[str], Source | None],
    on_change: Callable[[], None],
    on_footage: Callable[[], None],
) -> HomeSources:
    """Make the sources; reads, opens, and starts nothing yet.

    ``asked``: what a camera last said of its clock; ``picked``: the source that the owner chose for one.
    """
    limits = limits_of(household)
    home_clock = HomeClock()

    def is_clock_set() -> bool:
        return home_clock.look().synchronised

    def steady() -> SteadyClock:
        return SteadyClock(is_set=is_clock_set)

    kept = HoldBudget(limits.hold_bytes)
    recorder = Recorder(
        folder.recordings,
        limits,
        on_status=lambda _camera_id, _status: on_change(),
        clock=steady(),
        home_clock=home_clock,
        room=kept.room(),
        asked=asked,
    )
    folders = CameraFolders(hass, database)
    links = RecorderLinks(hass, folders, picked)
    copied = CopiedSource(
        folder.copies,
        kept.room(),
        cameras=links.cameras,
        peer=links.peer,
        on_change=on_footage,
        clock=steady(),
        home_doubt_s=lambda: home_clock.look().doubt_s,
    )
    files = AddedFiles(database, book, dt_util.get_default_time_zone)
    added = UploadSource(folder.added, kept.room(), files, clock=steady())

    def order(camera_id: str) -> tuple[int, ...]:
        if is_file(camera_id):
            return (ADDED,)
        standing = copied.standing(camera_id)
        is_here = asks_here_first(picked(camera_id), standing.kind if standing else None)
        return (HERE, COPIED) if is_here else (COPIED, HERE)

    return HomeSources(
        hold_budget=kept,
        recorder=recorder,
        copied=copied,
        folders=folders,
        files=files,
        added=added,
        links=links,
        source=Router(recorder, copied, added, order=order),
        is_clock_set=is_clock_set,
    )


def limits_of(household: Household) -> Limits:
    """Return the recorder's storage limit and days, by the household's settings."""
    storage_bytes = household.storage_gb * GIB
    return Limits(
        camera_bytes=storage_bytes,
        total_bytes=storage_bytes,
        age=timedelta(days=household.keep_days),
        hold_bytes=max(Limits().hold_bytes, storage_bytes),  # who gives more to recordings gives more to what is kept
    )
