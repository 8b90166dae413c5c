"""What is cut for the owner's own use: of which source, once all has come."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from custom_components.milton_share.errors import MiltonShareError
from custom_components.milton_share.own_clips.cutter import OwnCutter
from custom_components.milton_share.own_clips.files import OwnShelf
from custom_components.milton_share.review.job import Wish
from custom_components.milton_share.review.queue import CutterQueue
from custom_components.milton_share.shared.milton_protocol.messages.shares.manifest_parts import Period
from tests.milton_share.sources.frigate.test_router import COMING, FROM, NOTHING, SOMETHING, UNTIL, Rest, Scripted

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from custom_components.milton_share.sources.model import Coverage


async def test_once_all_has_come_it_is_asked_again_who_has_most(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Protect says only from when to when it has something: what this home recorded itself may be more."""
    monkeypatch.setattr("custom_components.milton_share.own_clips.cutter.COPY_LOOK_S", 0.0)
    answers = [COMING, NOTHING]

    class Sources(Scripted):
        async def hold(self, hold_id: str, *asked: *Rest) -> Coverage:
            await Scripted.hold(self, hold_id, *asked)
            return answers.pop(0)

    async def at_once[T](work: Callable[[], T]) -> T:
        return work()

    source = Sources("all", gives=SOMETHING)
    cutter = OwnCutter(
        shelf=OwnShelf(tmp_path),
        source=source,
        queue=CutterQueue(),
        run_blocking=at_once,
        now=lambda: datetime.now(UTC),
    )
    wish = Wish(ranges=(Period(from_=FROM, until=UNTIL),), audio=False)
    with pytest.raises(MiltonShareError, match="nothing_recorded"):  # what was said last, not what came first
        await cutter.cut("door", wish, "clip", lambda _share: None)
    assert (answers, source.holds) == ([], set())
