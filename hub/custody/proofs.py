"""What a browser needs to check for itself, beside a share, who asked for it: signed messages, byte for byte.

Invariant: nothing of it is to be believed because the hub says it. Each message is signed by somebody else, but for the
homes' keys, which are the hub's word; the page that uses them says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hub.access import Action, require
from hub.custody.rules import check_readable
from hub.enrolment.keys import device_keys
from hub.requests import repository as requests
from hub.submissions import repository as shares

if TYPE_CHECKING:
    from hub.access import Actor
    from hub.custody.ground import Ground
    from hub.directory.service import DirectoryService
    from hub.enrolment.secrets import EnrolmentSecret


@dataclass(frozen=True, slots=True, kw_only=True)
class Proofs:
    """Of one share's request: envelopes of the time when it was published, assertions (canonical JSON), log proof.

    ``home_keys`` are raw Ed25519 keys, some of them nobody's (:func:`device_keys`).
    """

    root_public_key: bytes
    city_record: bytes
    directory: bytes
    assertions: tuple[bytes, ...]
    log_proof: str
    home_keys: tuple[bytes, ...]


class Proving:
    """Hands out what proves a share's request."""

    def __init__(self, ground: Ground, directory: DirectoryService, secret: EnrolmentSecret) -> None:
        """Stand on ``ground``."""
        self._ground = ground
        self._directory = directory
        self._secret = secret

    async def of(self, actor: Actor, share_id: str) -> Proofs:
        """Return what proves the request of a share that ``actor`` may open.

        Raises ``share_unknown`` (404), also for one that ``actor`` may not see, and why nobody opens it any more.
        """
        require(actor, Action.SHARE_WATCH)
        async with self._ground.database.reading() as session:
            share = await shares.visible(session, actor, share_id)
            check_readable(share)
            row = await requests.answered(session, share.request_id)
            record, directory = await self._directory.of_time(session, row.published_at or row.created_at)
            signed = await requests.assertions(session, row.request_id)
            return Proofs(
                root_public_key=self._directory.root_public_key,
                city_record=record,
                directory=directory,
                assertions=tuple(each.content for each in signed),
                log_proof=row.log_proof or "",
                home_keys=await device_keys(session, self._secret),
            )
