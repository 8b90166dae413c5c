"""The tables of ``hub.toml``, read strictly: what is missing, or is not what it should be, is named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Mapping

SETTINGS_NAME = "hub.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table of the file, read strictly."""

    name: str
    values: Mapping[str, object]

    @classmethod
    def of(cls, values: Mapping[str, object], name: str, standard: object = None) -> Self:
        """Read the table ``name``; without ``standard`` it must be there."""
        table = values.get(name, standard)
        if not isinstance(table, dict):
            message = f"{SETTINGS_NAME} has no table [{name}]"
            raise ValueError(message)  # noqa: TRY004 - a file that breaks a rule, not a caller
        return cls(name=name, values=table)

    def text(self, name: str, standard: str | None = None) -> str:
        """Return a text; without ``standard`` it must be there."""
        if standard is not None and name not in self.values:
            return standard
        return typed(self.values, name, str, f"[{self.name}] ")

    def flag(self, name: str) -> bool:
        """Return yes or no, no where it is not there."""
        return typed({name: False, **self.values}, name, bool, f"[{self.name}] ")

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a list of texts, empty where there is none."""
        found = self.values.get(name, [])
        if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
            message = f"{SETTINGS_NAME}: [{self.name}] {name} is no list of texts"
            raise ValueError(message)
        return tuple(found)


def read_tables(values: Mapping[str, object], name: str) -> tuple[Mapping[str, object], ...]:
    """Return the tables ``[[name]]``, none where there is none."""
    found = values.get(name, [])
    if isinstance(found, list) and all(isinstance(each, dict) for each in found):
        return tuple(found)
    message = f"{SETTINGS_NAME}: each is a table of its own, [[{name}]]"
    raise ValueError(message)


def typed[T](values: Mapping[str, object], name: str, kind: type[T], where: str = "") -> T:
    """Return the value of ``name``; raise ValueError unless it is of this ``kind``."""
    value = values.get(name)
    if not isinstance(value, kind):
        message = f"{SETTINGS_NAME}: {where}{name} is missing, or no {kind.__name__}"
        raise ValueError(message)  # noqa: TRY004 - a file that breaks a rule, not a caller
    return value
