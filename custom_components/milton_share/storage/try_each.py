"""Going through many things of which one may fail by this home's own storage: the others are done all the same."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class OneByOne:
    """What failed first is told once all was tried: then it is known, and tried again."""

    def __init__(self) -> None:
        """Nothing failed yet."""
        self._failed: Exception | None = None

    @contextmanager
    def trying(self) -> Iterator[None]:
        """Do one of them inside of this."""
        try:
            yield
        except (OSError, sqlite3.Error) as error:
            self._failed = self._failed or error

    def require_all(self) -> None:
        """Raise what failed first, OSError or sqlite3.Error."""
        if self._failed is not None:
            raise self._failed
