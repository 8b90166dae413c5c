"""Keep what a thing is found by, in the transaction of the act that makes or changes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select

from hub.index.model import SearchItem, SearchWord

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.index.model import Kind


async def keep(session: AsyncSession, kind: Kind, id_: str, case_number: str, words: Collection[str]) -> None:
    """Let a thing be found by these words, and by no others."""
    item = await session.scalar(select(SearchItem).where(SearchItem.id == id_))
    if item is None:
        item = SearchItem(kind=kind, id=id_, case_number=case_number)
        session.add(item)
        await session.flush()
    else:
        await session.execute(delete(SearchWord).where(SearchWord.number == item.number))
    if rows := [{"word": word, "number": item.number} for word in dict.fromkeys(words)]:
        await session.execute(insert(SearchWord), rows)
