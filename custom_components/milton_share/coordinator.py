"""The one object behind entities, notifications and the WebSocket API."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import suppress
from typing import TYPE_CHECKING

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import callback
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator
from homeassistant.util import dt as dt_util

from .city.verdicts import PAPERS_MISSING
from .const import CONF_DEMO, CONF_ROOT_PUBLIC_KEY, DOMAIN, LOGGER
from .enrollment.leave import leave_programme
from .hub_link.state import LinkState
from .notifications.forged_events import watch_other_ways
from .panel.service import Desk
from .processes.supervise import kept_running
from .runtime.build import Hooks, assemble
from .runtime.issues import (
    GONE_AFTER,
    SILENT_AFTER_S,
    late_since,
    show_certificates,
    show_gone,
    show_inbox_full,
    show_issues,
    show_other_root,
    show_silent,
    show_storage,
    show_unkept,
    wanted_issues,
)
from .runtime.scheduler import Rounds
from .runtime.snapshot import Snapshot, Status
from .shared.milton_protocol.verification import Refusal
from .sources.recorder.ring import GIB

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping
    from datetime import datetime
    from typing import Any

    from homeassistant.core import HomeAssistant

    from .approvers.rules import Approver
    from .outbox.worker import Standing
    from .processes.supervise import Run
    from .runtime.parts import Parts

type MiltonShareConfigEntry = ConfigEntry[MiltonCoordinator]


class MiltonCoordinator(DataUpdateCoordinator[Snapshot]):
    """One enrolment, running. `data` is what entities may show; all else is at the `desk`, for approvers."""

    config_entry: MiltonShareConfigEntry
    desk: Desk
    _parts: Parts
    _rounds: Rounds

    def __init__(self, hass: HomeAssistant, entry: MiltonShareConfigEntry) -> None:
        """Do nothing yet; `start` does."""
        super().__init__(hass, LOGGER, config_entry=entry, name=DOMAIN)
        self.data = Snapshot(open_requests=0, link=LinkState.CONNECTING, last_contact=None, trust_rule=PAPERS_MISSING)
        self._tasks: set[asyncio.Task[None]] = set()
        self._watchers: set[Callable[[], None]] = set()
        self._request_listeners: set[Callable[[], None]] = set()
        self._telling = False
        self._end_watch: Callable[[], None] = _nothing
        self._started_at = dt_util.utcnow()
        self._late_since: datetime | None = None

    async def start(self) -> None:
        """Open, read and start all parts; raise OSError or sqlite3.Error when this home's storage fails."""
        parts = self._parts = await assemble(
            self.hass,
            self.config_entry,
            Hooks(
                on_message=self._came,
                on_change=self._changed,
                on_footage=self._look_again,
                on_receipts=self._look_again,
                on_refused=self._refused_by_hub,
                standing=self._standing,
                hub_key=lambda: self._rounds.hub_key,
                keep=self._keep,
                now=dt_util.utcnow,
            ),
        )
        self._rounds = Rounds(
            parts,
            dt_util.utcnow,
            self._on_new_request,
            self._changed,
            demo=self.config_entry.data[CONF_DEMO],
        )
        self.desk = Desk(
            parts,
            self._rounds,
            root_public_key=self._root_public_key,
            snapshot=lambda: self.data,
            on_change=self._changed,
            leave=self._leave,
        )
        await parts.lifecycle.open()
        try:
            await parts.recording.update()
            self._keep(self._rounds.listen, "milton_share listener")
            self._keep(self._rounds.run, "milton_share rounds")
            self._keep(parts.outbox.run, "milton_share outbox")
            self._keep(parts.asking.run, "milton_share receipts")
            parts.link.start()
            self._end_watch = watch_other_ways(self.hass, self.desk.note_other_way, parts.notifier.knows)
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Stop all parts; what was acknowledged is on disk. May be called twice."""
        self._end_watch()
        self._end_watch = _nothing
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        try:
            with suppress(OSError, sqlite3.Error):  # said once more then, under the same tag
                await self._parts.notifier.save(dt_util.utcnow())
            await self._parts.lifecycle.close()
        finally:
            self._show_nothing()

    @property
    def _root_public_key(self) -> bytes:
        return bytes.fromhex(self.config_entry.data[CONF_ROOT_PUBLIC_KEY])

    @callback
    def _show_nothing(self) -> None:
        show_issues(self.hass, {})
        show_inbox_full(self.hass, full=False)
        show_other_root(self.hass, self._root_public_key, None)
        show_unkept(self.hass, (), 0)
        show_certificates(self.hass, {})
        show_storage(self.hass, None, paused=False)
        show_silent(self.hass, {})

    async def checkpoint(self) -> None:
        """Bring the database into its main file, before a backup."""
        await self._parts.database.checkpoint()

    async def take_options(self, options: Mapping[str, Any]) -> None:
        """Keep what an older version had asked in Home Assistant's own form."""
        await self._parts.household.take(options)
        self._parts.recording.resize()

    async def bind_approver(self, approver: Approver) -> None:
        """Keep the owner's PIN as it was set in a flow."""
        await self._parts.approvers.bind(approver)

    # What anybody may know

    @callback
    def on_request(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call ``listener`` once for every request that is verified for the first time; return what ends that."""
        self._request_listeners.add(listener)
        return lambda: self._request_listeners.discard(listener)

    def status(self) -> Status:
        """Return how it stands, for system health."""
        return Status(
            snapshot=self.data,
            storage_trouble=self._parts.health.trouble,
            storage_gb=self._parts.household.settings.storage_gb,
            recording_paused=self._parts.recorder.is_paused,
        )

    def refusal_rules(self) -> tuple[str, ...]:
        """Return the rule of each refused request, for diagnostics."""
        verdicts = self._rounds.assessment.verdicts.values() if self._rounds.assessment else ()
        return tuple(verdict.rule for verdict in verdicts if isinstance(verdict, Refusal))

    def topic_counts(self) -> Mapping[str, int]:
        """Return how many topics of each kind are here, for diagnostics."""
        return self._parts.inbox.counts()

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call ``listener`` (no arguments, on the loop) after every change of what the desk shows.

        Several changes close together are told once. Return what ends the subscription. The desk
        judges the session again at each call.
        """
        self._watchers.add(listener)
        return lambda: self._watchers.discard(listener)

    def _standing(self, request_id: str) -> Standing:
        return self._rounds.standing(request_id)

    @callback
    def _came(self) -> None:
        self._parts.link.contact()
        self._rounds.hub_spoke()

    @callback
    def _changed(self) -> None:
        """Tell entities when their part changed, and watchers once for changes that come together."""
        snapshot = Snapshot(
            open_requests=self._rounds.open_requests,
            link=self._parts.link.state,
            last_contact=self._parts.link.last_contact,
            trust_rule=self._rounds.trust_rule,
        )
        if snapshot != self.data:
            self.async_set_updated_data(snapshot)
        now = dt_util.utcnow()
        self._started_at = min(self._started_at, now)  # a clock that was put back
        self._late_since = late_since(snapshot, self._late_since, now)
        self._show_what_is_wrong(snapshot, now)
        if not self._telling:
            self._telling = True
            self.hass.loop.call_soon(self._tell_watchers)

    @callback
    def _show_what_is_wrong(self, snapshot: Snapshot, now: datetime) -> None:
        other_root = self._rounds.other_root
        issues = wanted_issues(
            snapshot, self._started_at, now, late=self._late_since, other_root=other_root is not None
        )
        show_issues(self.hass, issues)
        show_inbox_full(self.hass, full=self._parts.inbox.is_full)
        show_other_root(self.hass, self._root_public_key, other_root)
        show_unkept(self.hass, self._parts.settling.unkept_shares, self._parts.recorder.limits.hold_bytes // GIB)
        show_certificates(self.hass, self._parts.link.certificates)
        show_storage(self.hass, self._parts.health.trouble, paused=self._parts.recorder.is_paused)
        gone: dict[str, str] = {}
        if now - self._started_at >= GONE_AFTER:
            gone = self._parts.cameras.gone()
            show_gone(self.hass, gone)
        silent = set(self._parts.recorder.silent(SILENT_AFTER_S)).difference(gone)
        names = {camera.camera_id: camera.name for camera in self._parts.cameras.views()} if silent else {}
        show_silent(self.hass, {camera_id: names.get(camera_id, camera_id) for camera_id in silent})

    @callback
    def _tell_watchers(self) -> None:
        self._telling = False
        for watcher in tuple(self._watchers):
            watcher()

    @callback
    def _look_again(self) -> None:
        """Act on receipts that came, or on a Frigate that was copied from, came back, or records other cameras."""
        self._rounds.owner_spoke()
        self._changed()

    @callback
    def _on_new_request(self) -> None:
        for listener in tuple(self._request_listeners):
            listener()

    async def _leave(self) -> None:
        await leave_programme(self.hass, self.config_entry, self._rounds.hub_key)

    @callback
    def _refused_by_hub(self) -> None:
        self.config_entry.async_start_reauth(self.hass)

    @callback
    def _keep(self, run: Run, name: str) -> asyncio.Task[None]:
        return self._spawn(kept_running(run, name), name)

    @callback
    def _spawn(self, work: Coroutine[object, object, None], name: str) -> asyncio.Task[None]:
        task = self.config_entry.async_create_background_task(self.hass, work, name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


def _nothing() -> None:
    """Stand where nothing is to end."""
