"""How the log is written: one record, one line, whatever somebody put into it.

Invariant: no line begins but by the hub. A control character (a line's end, a terminal's escape) or a mark that turns
text round is written as its escape, so what a client sent can neither forge a line nor draw on a terminal. The lines of
a traceback, which is the hub's own, each begin with ``|``.
"""

from __future__ import annotations

import logging
import sys
import unicodedata
from typing import TYPE_CHECKING

from aiohttp.http_exceptions import HttpProcessingError

if TYPE_CHECKING:
    from typing import TextIO

FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"
MESSAGE_MAX_CHARS = 4_000  # a line is read by people and by collectors that cut longer ones
_INVISIBLE = frozenset({"Cc", "Cf", "Zl", "Zp", "Cs"})  # controls, marks of direction, separators, lone surrogates


class LineFormatter(logging.Formatter):
    """Writes a record as one line, and a traceback as marked ones."""

    def __init__(self) -> None:
        """Use the hub's format."""
        super().__init__(FORMAT)

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, and the marked lines of a traceback and of a stack; another handler's words are not used."""
        record.message = record.getMessage()
        record.asctime = self.formatTime(record)
        lines = [visible(self.formatMessage(record)[:MESSAGE_MAX_CHARS])]
        if record.exc_info:
            lines.append(_marked(self.formatException(record.exc_info)))
        if record.stack_info:
            lines.append(_marked(self.formatStack(record.stack_info)))
        return "\n".join(lines)


def begin_log(level: int) -> None:
    """Write the log of this process to standard error."""
    logging.basicConfig(level=level, handlers=[log_handler(sys.stderr)])


def log_handler(stream: TextIO) -> logging.Handler:
    """Return what writes the log to ``stream``."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(LineFormatter())
    handler.addFilter(is_worth_a_line)
    return handler


def is_worth_a_line(record: logging.LogRecord) -> bool:
    """Say whether a record tells who runs the hub anything.

    What is no HTTP is answered 400, and is no event: a stranger could fill the disk with tracebacks, each with an
    address in it.
    """
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, HttpProcessingError)


def visible(text: str) -> str:
    """Return ``text`` with every character that is not seen written as its escape."""
    return "".join(_escape(each) if unicodedata.category(each) in _INVISIBLE else each for each in text)


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


def _marked(lines: str) -> str:
    return "\n".join(f"| {visible(line)}" for line in lines.split("\n"))
