"""How the agency's people are called: by whoever reads a page, and after they have left the directory too.

Invariant: a name is the newest that a signed directory gave its person; who never was in one has none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from hub.directory.model import PersonName

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy.ext.asyncio import AsyncSession

    from milton_protocol.messages.city.directory import Directory


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A person's name and badge."""

    name: str
    badge: str


type Names = Mapping[str, Named]


def called(person_id: str | None, names: Names) -> str | None:
    """Return a person's name; of whom ``names`` does not have, what is written down."""
    found = names.get(person_id or "")
    return person_id if found is None else found.name


async def names_of(session: AsyncSession, person_ids: Iterable[str | None]) -> Names:
    """Return who of ``person_ids`` was ever in the directory, by id; None, and what is no person's id, is left out."""
    wanted = {each for each in person_ids if each}
    rows = select(PersonName).where(PersonName.person_id.in_(wanted))
    return {row.person_id: Named(name=row.name, badge=row.badge) for row in await session.scalars(rows)}


async def keep_names(session: AsyncSession, directory: Directory) -> None:
    """Keep how the people of a directory that is taken are called."""
    known = {row.person_id: row for row in await session.scalars(select(PersonName))}
    for person in directory.people:
        row = known.get(person.person_id)
        if row is None:
            session.add(PersonName(person_id=person.person_id, name=person.name, badge=person.badge))
        else:
            row.name, row.badge = person.name, person.badge
