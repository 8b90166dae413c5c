"""The one object behind entities, notifications and the WebSocket API."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from homeassistant.core import callback
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator
from homeassistant.util import dt as dt_util

from .consent import SENDING, State
from .const import CONF_NOTIFY_SERVICES, CONF_ROOT_PUBLIC_KEY, DOMAIN, LOGGER, SOURCES_KEPT
from .errors import MiltonShareError
from .hub_link import inbox as topic
from .issues import show_issues, wanted_issues
from .models import Evidence, HomeState, LinkState, Snapshot
from .notifications import tell
from .outbox.prepare import Choices
from .outbox.withdraw import withdrawal_of
from .parts import Hooks, assemble
from .rounds import Rounds
from .shared.milton_protocol.verification import Refusal
from .showing import case_view, city_view, clip_view, request_view, share_evidence, share_view
from .store import shares
from .verdicts import PAPERS_MISSING

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from datetime import datetime
    from pathlib import Path

    from homeassistant.core import HomeAssistant

    from .approval import Approver, Session
    from .consent import ConsentCase
    from .models import ApproverView, CameraSettings, CameraView, CaseView, ClipView, RequestView
    from .outbox.worker import Standing
    from .parts import MiltonShareConfigEntry, Parts


class MiltonCoordinator(DataUpdateCoordinator[Snapshot]):
    """Requests, cases and shares of one enrolment.

    `data` is what entities may show. All else is for approvers: every method that takes a ``session`` applies law 6
    to it first and raises `MiltonShareError` with the refusal's name as its ``rule``. Make the session with
    `session.session_of(hass, connection.user, connection.refresh_token_id)`.
    """

    config_entry: MiltonShareConfigEntry
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
        self._started_at = dt_util.utcnow()

    async def start(self) -> None:
        """Open, read and start all parts; raise OSError or sqlite3.Error when this home's storage fails."""
        parts = self._parts = await assemble(
            self.hass,
            self.config_entry,
            Hooks(
                on_message=self._came,
                on_change=self._changed,
                on_refused=self._refused_by_hub,
                standing=self._standing,
                spawn=self._spawn,
                now=dt_util.utcnow,
            ),
        )
        self._rounds = Rounds(parts, dt_util.utcnow, self._on_new_request, self._changed)
        await parts.open()
        await parts.recorder.set_cameras(parts.cameras.streams())
        self._spawn(self._rounds.run(), "milton_share rounds")
        self._spawn(parts.outbox.run(), "milton_share outbox")
        parts.link.start()

    async def stop(self) -> None:
        """Stop all parts; what was acknowledged is on disk. May be called twice."""
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        show_issues(self.hass, {})
        await self._parts.close()

    async def checkpoint(self) -> None:
        """Bring the database into its main file, before a backup."""
        await self._parts.database.checkpoint()

    async def bind_approver(self, approver: Approver) -> None:
        """Keep the owner's PIN as it was set in a flow."""
        await self._parts.approvers.bind(approver)

    # What anybody may know

    @callback
    def on_request(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call ``listener`` once for every request that is verified for the first time; return what ends that."""
        self._request_listeners.add(listener)
        return lambda: self._request_listeners.discard(listener)

    def approver_for(self, session: Session) -> ApproverView:
        """Return what this person may do; open to every signed-in person, for it says only that."""
        return self._parts.approvers.view(session)

    def refusal_rules(self) -> tuple[str, ...]:
        """Return the rule of each refused request, for diagnostics."""
        verdicts = self._rounds.assessment.verdicts.values() if self._rounds.assessment else ()
        return tuple(verdict.rule for verdict in verdicts if isinstance(verdict, Refusal))

    def topic_kinds(self) -> tuple[str, ...]:
        """Return the kind of each topic that has a message, for diagnostics."""
        return tuple(name.partition("/")[0] for name in self._parts.inbox.under(""))

    # For approvers

    def state_for(self, session: Session) -> HomeState:
        """Return the whole state for an approver."""
        self._parts.approvers.require(session)
        assessment = self._rounds.assessment
        trust = assessment.trust if assessment else None
        root = bytes.fromhex(self.config_entry.data[CONF_ROOT_PUBLIC_KEY])
        return HomeState(
            snapshot=self.data,
            city=city_view(trust, root) if trust else None,
            approver=self._parts.approvers.view(session),
            requests=self._requests(),
            cameras=self._parts.cameras.views(),
        )

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call ``listener`` (no arguments, on the loop) after every change of what `state_for` returns.

        Several changes close together are told once. Return what ends the subscription. Check the session again at
        each call: `state_for` does.
        """
        self._watchers.add(listener)
        return lambda: self._watchers.discard(listener)

    async def look(self, session: Session, case_id: str, from_: datetime, until: datetime, *, audio: bool) -> ClipView:
        """Cut a clip to look at, or trim it: call again with another range; the earlier clip is wiped.

        The range lies inside the request's (`outside_request`), and is at least a second long (`too_short`). Progress
        shows in `CaseView.cutting`. Raises `unknown_case`, `not_held`, `already_decided`, `already_cutting`, what the
        cutter refused, or the rule by which the request is refused now.
        """
        self._parts.approvers.require(session)
        case = self._parts.book.case(case_id)
        verified = await self._rounds.verified(case.request_id)
        return clip_view(await self._parts.journey.look(verified, case_id, from_, until, audio=audio))

    def preview_path(self, session: Session, case_id: str, sha256: str) -> Path:
        """Return the file whose digest is ``sha256`` (the clip, or its transcode), for the view that plays it.

        Raises `unknown_case`, `other_clip`.
        """
        self._parts.approvers.require(session)
        self._parts.book.case(case_id)
        review = self._parts.book.reviews.get(case_id)
        if review is None or sha256 not in {review.manifest.clip_sha256, review.manifest.preview_sha256}:
            rule = "other_clip"
            raise MiltonShareError(rule)
        return self._parts.folder.clip(case_id, sha256)

    async def approve(  # noqa: PLR0913  each is a word of law 6's consent
        self,
        session: Session,
        case_id: str,
        *,
        clip_sha256: str,
        recipients_sha256: str,
        pin: str,
        named: bool,
        keep_sources: bool,
    ) -> str:
        """Approve exactly this clip for exactly these recipients; return the share's id once it is durable.

        ``named``: share under the home's device key and with the camera's place. ``keep_sources``: keep the
        recordings 12 months for the court. Raises `wrong_pin`, `pin_locked`, `unknown_case`, `not_reviewing`,
        `other_clip`, `other_recipients`, or the rule by which the request is refused now.
        """
        parts = self._parts
        parts.approvers.require(session)
        verified = await self._rounds.verified(parts.book.case(case_id).request_id)
        parts.journey.check_approval(case_id, clip_sha256, recipients_sha256)
        await parts.approvers.check_pin(session, pin)
        review = parts.journey.check_approval(case_id, clip_sha256, recipients_sha256)
        now = dt_util.utcnow().replace(microsecond=0)
        share_id = await parts.journey.approve(
            verified,
            review,
            case_id,
            parts.cameras.settings[parts.book.case(case_id).camera_id],
            Choices(
                approved_by=session.user_id,
                approved_at=now,
                named=named,
                sources_kept_until=now + SOURCES_KEPT if keep_sources else None,
            ),
        )
        parts.outbox.wake()
        return share_id

    async def not_this_time(self, session: Session, request_id: str) -> None:
        """Decline a request for all cameras that have not shared: clips wiped, holds released. The hub isn't told."""
        self._parts.approvers.require(session)
        await self._parts.journey.decline(request_id)

    async def withdraw(self, session: Session, share_id: str, pin: str) -> None:
        """Take a share back: stopped at once when it has not left, else asked of the hub until it answers.

        Raises `wrong_pin`, `pin_locked`, `unknown_share`, `nothing_shared`.
        """
        parts = self._parts
        parts.approvers.require(session)
        share = parts.book.share(share_id)
        if parts.book.case(share.case_id).state not in SENDING | {State.RECEIPTED}:
            rule = "nothing_shared"
            raise MiltonShareError(rule)
        await parts.approvers.check_pin(session, pin)
        withdrawal = withdrawal_of(share, dt_util.utcnow())
        await parts.book.write_share(
            share_id, partial(shares.save_withdrawal, share_id=share_id, withdrawal=withdrawal)
        )
        parts.outbox.interrupt(share_id)

    def evidence(self, session: Session, request_id: str) -> Evidence:
        """Return what this home was shown and what it signed, for the owner to keep. Raises `unknown_request`."""
        self._parts.approvers.require(session)
        assessment, inbox = self._rounds.assessment, self._parts.inbox
        if assessment is None or request_id not in assessment.bundles:
            rule = "unknown_request"
            raise MiltonShareError(rule)
        return Evidence(
            root_public_key=bytes.fromhex(self.config_entry.data[CONF_ROOT_PUBLIC_KEY]),
            city_record=inbox.get(topic.CITY_RECORD),
            directory=inbox.get(topic.DIRECTORY),
            live=inbox.get(topic.LIVE),
            bundle=assessment.bundles[request_id],
            shares=tuple(
                share_evidence(share, self._parts.outbox)
                for share in self._parts.book.shares.values()
                if share.request_id == request_id
            ),
        )

    def cameras(self, session: Session) -> tuple[CameraView, ...]:
        """Return this home's cameras with what the owner said about them."""
        self._parts.approvers.require(session)
        return self._parts.cameras.views()

    async def set_camera(self, session: Session, settings: CameraSettings) -> None:
        """Keep what the owner says about a camera, then match open requests again.

        Raises `unknown_camera`, `never_eligible` (indoor or unclassified), `no_position`, `out_of_bounds`.
        """
        self._parts.approvers.require(session)
        await self._parts.cameras.save(settings)
        await self._parts.recorder.set_cameras(self._parts.cameras.streams())
        self._rounds.touch()

    async def set_pin(self, session: Session, pin: str, old_pin: str | None) -> None:
        """Set or change this approver's PIN and bind it to the login of this session.

        ``old_pin`` is needed where one is set. Raises `pin_form`, `wrong_pin`, `pin_locked`, `not_approver`.
        """
        await self._parts.approvers.set_pin(session, pin, old_pin)
        self._changed()

    def named_approvers(self, session: Session) -> dict[str, bool]:
        """Return who may approve, by user id, and whether that person has a PIN yet."""
        self._parts.approvers.require(session)
        return self._parts.approvers.named()

    async def name_approver(self, session: Session, user_id: str, pin: str) -> None:
        """Let another person approve; only the owner can, with the PIN. That person then sets a PIN of their own."""
        await self._parts.approvers.name(session, user_id, pin)

    async def remove_approver(self, session: Session, user_id: str, pin: str) -> None:
        """Take that back; only the owner can. Raises `not_owner`, `owner_stays`, `wrong_pin`, `pin_locked`."""
        await self._parts.approvers.remove(session, user_id, pin)
        self._changed()

    # Inside

    def _requests(self) -> tuple[RequestView, ...]:
        assessment = self._rounds.assessment
        if assessment is None:
            return ()
        views = (
            request_view(request_id, verdict, assessment.bundles[request_id], self._cases(request_id))
            for request_id, verdict in assessment.verdicts.items()
        )
        return tuple(sorted(filter(None, views), key=lambda view: view.created_at, reverse=True))

    def _cases(self, request_id: str) -> tuple[CaseView, ...]:
        return tuple(self._case(case) for case in self._parts.book.of_request(request_id))

    def _case(self, case: ConsentCase) -> CaseView:
        parts = self._parts
        share = parts.book.shares.get(case.share_id) if case.share_id else None
        return case_view(
            case,
            parts.cameras.name(case.camera_id),
            parts.journey,
            parts.book.reviews.get(case.case_id),
            share_view(share, case, parts.outbox) if share else None,
        )

    def _standing(self, request_id: str) -> Standing:
        return self._rounds.standing(request_id)

    @callback
    def _came(self) -> None:
        self._parts.link.contact()
        self._rounds.touch()

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
        show_issues(self.hass, wanted_issues(snapshot, self._started_at, dt_util.utcnow()))
        if not self._telling:
            self._telling = True
            self.hass.loop.call_soon(self._tell_watchers)

    @callback
    def _tell_watchers(self) -> None:
        self._telling = False
        for watcher in tuple(self._watchers):
            watcher()

    @callback
    def _on_new_request(self) -> None:
        for listener in tuple(self._request_listeners):
            listener()
        self._spawn(tell(self.hass, self.config_entry.options.get(CONF_NOTIFY_SERVICES, ())), "milton_share notify")

    @callback
    def _refused_by_hub(self) -> None:
        self.config_entry.async_start_reauth(self.hass)

    @callback
    def _spawn(self, work: Coroutine[object, object, None], name: str) -> asyncio.Task[None]:
        task = self.config_entry.async_create_background_task(self.hass, work, name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task
