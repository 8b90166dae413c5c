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

from .city.verdicts import DOCUMENTS_MISSING
from .const import CONF_ROOT_PUBLIC_KEY, DOMAIN, LOGGER
from .enrollment.leave import leave_programme
from .hub_link.state import LinkState
from .notifications.forged_events import watch_other_ways
from .panel.build import build_panel
from .processes.supervise import kept_running
from .runtime.build import assemble
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
from .runtime.lifecycle import lifecycle_of
from .runtime.services import Hooks
from .runtime.snapshot import Snapshot, Status
from .shared.milton_protocol.verification import Refusal
from .sources.recorder.store.ring import GIB

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping
    from datetime import datetime
    from typing import Any

    from homeassistant.core import HomeAssistant

    from .approvers.rules import Approver
    from .panel.service import PanelService
    from .processes.supervise import Run
    from .runtime.lifecycle import Lifecycle
    from .runtime.services import Services

type MiltonShareConfigEntry = ConfigEntry[MiltonCoordinator]


class MiltonCoordinator(DataUpdateCoordinator[Snapshot]):
    """A running enrollment. `data` is what entities may show; `panel` has all else, for approvers."""

    config_entry: MiltonShareConfigEntry
    panel: PanelService
    services: Services
    _lifecycle: Lifecycle

    def __init__(self, hass: HomeAssistant, entry: MiltonShareConfigEntry) -> None:
        """Prepare; `start` opens the services."""
        super().__init__(hass, LOGGER, config_entry=entry, name=DOMAIN)
        self.data = Snapshot(
            open_requests=0, link=LinkState.CONNECTING, last_contact=None, trust_rule=DOCUMENTS_MISSING
        )
        self._tasks: set[asyncio.Task[None]] = set()
        self._watchers: set[Callable[[], None]] = set()
        self._request_listeners: set[Callable[[], None]] = set()
        self._telling = False
        self._end_watch: Callable[[], None] = _nothing
        self._started_at = dt_util.utcnow()
        self._late_since: datetime | None = None

    async def start(self) -> None:
        """Open, read, and start all services; raises OSError or sqlite3.Error when this home's storage fails."""
        services = self.services = await assemble(
            self.hass,
            self.config_entry,
            Hooks(
                on_new_request=self._on_new_request,
                on_change=self._changed,
                on_refused=self._refused_by_hub,
                keep=self._keep,
                now=dt_util.utcnow,
            ),
        )
        self.panel = build_panel(
            services,
            root_public_key=self._root_public_key,
            snapshot=lambda: self.data,
            on_change=self._changed,
            leave=self._leave,
        )
        self._lifecycle = lifecycle_of(services)
        await self._lifecycle.open()
        try:
            await services.recording.update()
            self._keep(services.scheduler.listen, "milton_share listener")
            self._keep(services.scheduler.run, "milton_share scheduler")
            self._keep(services.outbox.run, "milton_share outbox")
            self._keep(services.asking.run, "milton_share receipts")
            services.link.start()
            self._end_watch = watch_other_ways(self.hass, self.panel.note_other_way, services.notifier.knows)
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Stop all services; what was acknowledged is on disk. May be called twice."""
        self._end_watch()
        self._end_watch = _nothing
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        try:
            with suppress(OSError, sqlite3.Error):  # said once more then, under the same tag
                await self.services.notifier.save(dt_util.utcnow())
            await self._lifecycle.close()
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
        """Checkpoint the database into its main file, before a backup."""
        await self.services.database.checkpoint()

    async def take_options(self, options: Mapping[str, Any]) -> None:
        """Store the options that an older version asked for in Home Assistant's own form."""
        await self.services.household.take(options)
        self.services.recording.resize()

    async def bind_approver(self, approver: Approver) -> None:
        """Store the owner's PIN from a config flow."""
        await self.services.approvers.bind(approver)

    # What anybody may know

    @callback
    def on_request(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call ``listener`` once for every newly verified request; return the unsubscribe function."""
        self._request_listeners.add(listener)
        return lambda: self._request_listeners.discard(listener)

    def status(self) -> Status:
        """Return the status, for system health."""
        return Status(
            snapshot=self.data,
            storage_trouble=self.services.health.trouble,
            storage_gb=self.services.household.settings.storage_gb,
            recording_paused=self.services.footage.recorder.is_paused,
        )

    def refusal_rules(self) -> tuple[str, ...]:
        """Return the rule of each refused request, for diagnostics."""
        verdicts = self.services.judgment.assessment.verdicts.values() if self.services.judgment.assessment else ()
        return tuple(verdict.rule for verdict in verdicts if isinstance(verdict, Refusal))

    def topic_counts(self) -> Mapping[str, int]:
        """Return how many topics of each kind are here, for diagnostics."""
        return self.services.inbox.counts()

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call ``listener`` (no arguments, on the loop) after every change of what the panel shows.

        Several changes close together are told once. Return what ends the subscription. The panel
        judges the session again at each call.
        """
        self._watchers.add(listener)
        return lambda: self._watchers.discard(listener)

    @callback
    def _changed(self) -> None:
        """Tell entities when their part changed, and watchers once for changes that come together."""
        snapshot = Snapshot(
            open_requests=self.services.judgment.open_requests,
            link=self.services.link.state,
            last_contact=self.services.link.last_contact,
            trust_rule=self.services.judgment.trust_rule,
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
        services, recorder = self.services, self.services.footage.recorder
        other_root = services.judgment.other_root
        issues = wanted_issues(
            snapshot, self._started_at, now, late=self._late_since, other_root=other_root is not None
        )
        show_issues(self.hass, issues)
        show_inbox_full(self.hass, full=services.inbox.is_full)
        show_other_root(self.hass, self._root_public_key, other_root)
        show_unkept(self.hass, services.retention.unkept_shares, recorder.limits.hold_bytes // GIB)
        show_certificates(self.hass, services.link.certificates)
        show_storage(self.hass, services.health.trouble, paused=recorder.is_paused)
        gone: dict[str, str] = {}
        if now - self._started_at >= GONE_AFTER:
            gone = services.cameras.gone()
            show_gone(self.hass, gone)
        silent = set(recorder.silent(SILENT_AFTER_S)).difference(gone)
        names = {camera.camera_id: camera.name for camera in services.cameras.views()} if silent else {}
        show_silent(self.hass, {camera_id: names.get(camera_id, camera_id) for camera_id in silent})

    @callback
    def _tell_watchers(self) -> None:
        self._telling = False
        for watcher in tuple(self._watchers):
            watcher()

    @callback
    def _on_new_request(self) -> None:
        for listener in tuple(self._request_listeners):
            listener()

    async def _leave(self) -> None:
        await leave_programme(self.hass, self.config_entry, self.services.judgment.hub_key)

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
    """Do nothing."""
