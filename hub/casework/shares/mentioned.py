"""Whom the page of a share's custody speaks of. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.kit.access import PERSON

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from hub.audit.model import AuditRow
    from hub.shares.passing.asking import Asked
    from hub.shares.record.context import ShareView


def mentioned(share: ShareView, passing: Sequence[Asked], said: Iterable[AuditRow]) -> Iterator[str | None]:
    """Yield the ids of who flagged, held and deleted a share, passed it on, or had something of it written down."""
    yield share.row.flagged_by
    for hold in share.holds:
        yield from (hold.placed_by, hold.released_by)
    for deletion in share.deletions:
        yield from (deletion.asked_by, deletion.confirmed_by, deletion.ended_by)
    for asked in passing:
        yield asked.row.asked_by
        for link in asked.links:
            yield from (link.made_by, link.ended_by)
    for row in said:
        yield row.actor.removeprefix(PERSON)
