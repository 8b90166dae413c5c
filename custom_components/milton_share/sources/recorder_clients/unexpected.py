"""Turns unexpected exceptions while reading a recorder's data into that recorder's error."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from pathlib import Path
from traceback import walk_tb
from typing import TYPE_CHECKING

from ..errors import SourceError
from .errors import CopyError, CopyRule

if TYPE_CHECKING:
    from collections.abc import Iterator

_LOGGER = logging.getLogger(__name__)


@contextmanager
def by_rule(*judged: type[Exception]) -> Iterator[None]:
    """Raise unexpected exceptions as CopyError `source_answer`, with the place where they occurred.

    It is a defect of this program, and the log has its place; it has nothing that the other side sent.
    """
    passing: tuple[type[Exception], ...] = (SourceError, *judged)
    try:
        yield
    except passing:
        raise
    except Exception as error:
        frame, line = list(walk_tb(error.__traceback__))[-1]
        where = f"{Path(frame.f_code.co_filename).name}:{line}"
        _LOGGER.error("A recorder's answer was not understood: %s at %s", type(error).__name__, where)  # noqa: TRY400
        raise CopyError(CopyRule.WRONG_ANSWER, type(error).__name__) from error
