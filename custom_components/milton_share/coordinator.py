"""The one object behind entities, notifications and the WebSocket API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from homeassistant.helpers.update_coordinator import DataUpdateCoordinator

from .models import Snapshot

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from .approval import Session
    from .models import ApproverView, CameraSettings, CameraView, ClipView, HomeState


class MiltonCoordinator(DataUpdateCoordinator[Snapshot]):
    """Requests, cases and shares of one enrolment.

    `data` is what entities may show. All else is for approvers: every method that takes a ``session`` applies law 6
    to it first and raises `MiltonShareError` with the refusal's name as its ``rule``. Make the session with
    `session.session_of(hass, connection.user, connection.refresh_token_id)`.
    """

    def approver_for(self, session: Session) -> ApproverView:
        """Return what this person may do; open to every signed-in person, for it says only that."""
        raise NotImplementedError

    def state_for(self, session: Session) -> HomeState:
        """Return the whole state for an approver."""
        raise NotImplementedError

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call ``listener`` (no arguments, on the loop) after every change of what `state_for` returns.

        Return what ends the subscription. Check the session again at each call: `state_for` does.
        """
        raise NotImplementedError

    async def look(self, session: Session, case_id: str, from_: datetime, until: datetime, *, audio: bool) -> ClipView:
        """Cut a clip to look at, or trim it: call again with another range; the earlier clip is wiped.

        The range lies inside the request's (`outside_request`), and is at least a second long. Progress shows in
        `CaseView.cutting`. Raises `unknown_case`, `request_closed`, `not_held`, `already_decided`, `already_cutting`,
        or what the cutter refused.
        """
        raise NotImplementedError

    def preview_path(self, session: Session, case_id: str, sha256: str) -> Path:
        """Return the file whose digest is ``sha256`` (the clip, or its transcode), for the view that plays it.

        Raises `unknown_case`, `other_clip`.
        """
        raise NotImplementedError

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

        ``named``: share under the home's device key. ``keep_sources``: keep the recordings 12 months for the court.
        Raises `wrong_pin`, `pin_locked`, `unknown_case`, `not_reviewing`, `other_clip`, `other_recipients`, or the
        rule by which the request is refused now.
        """
        raise NotImplementedError

    async def not_this_time(self, session: Session, request_id: str) -> None:
        """Decline a request for all cameras that have not shared: clips wiped, holds released. The hub isn't told."""
        raise NotImplementedError

    async def withdraw(self, session: Session, share_id: str, pin: str) -> None:
        """Take a share back: stopped at once when it has not left, else asked of the hub until it answers.

        Raises `wrong_pin`, `pin_locked`, `unknown_share`, `nothing_shared`.
        """
        raise NotImplementedError

    def cameras(self, session: Session) -> tuple[CameraView, ...]:
        """Return this home's cameras with what the owner said about them."""
        raise NotImplementedError

    async def set_camera(self, session: Session, settings: CameraSettings) -> None:
        """Keep what the owner says about a camera, then match open requests again.

        Raises `unknown_camera`, `never_eligible` (indoor or unclassified), `no_position`, `out_of_bounds`.
        """
        raise NotImplementedError

    async def set_pin(self, session: Session, pin: str, old_pin: str | None) -> None:
        """Set or change this approver's PIN and bind it to the login of this session.

        ``old_pin`` is needed where one is set. Raises `pin_form`, `wrong_pin`, `pin_locked`, `not_approver`.
        """
        raise NotImplementedError

    async def name_approver(self, session: Session, user_id: str, pin: str) -> None:
        """Let another person approve; only the owner can, with the PIN. That person then sets a PIN of their own."""
        raise NotImplementedError

    async def remove_approver(self, session: Session, user_id: str, pin: str) -> None:
        """Take that back; only the owner can."""
        raise NotImplementedError
