"""XML of whoever answers, read without following anything: nesting is bounded, a document type is refused. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from xml.parsers import expat

if TYPE_CHECKING:
    from collections.abc import Callable

SEPARATOR: Final = " "  # between a name's namespace and the name
DEPTH_MAX: Final = 16  # SOAP: Envelope, Body, an answer, what it tells, Time, Hour


class NotPlainXmlError(ValueError):
    """A document that is no XML, is nested too deeply, or brings a document type."""


def walk(document: bytes, *, start: Callable[[list[str]], None], text: Callable[[list[str], str], None]) -> None:
    """Call ``start`` for each element with the names down to it, and ``text`` for each run of characters.

    Both may change the last name, and raise. The caller bounds the document's size. Raises NotPlainXmlError.
    """
    path: list[str] = []

    def begin(name: str, _attributes: dict[str, str]) -> None:
        path.append(name)
        if len(path) > DEPTH_MAX:
            raise NotPlainXmlError
        start(path)

    def refuse(*_arguments: object) -> None:
        raise NotPlainXmlError

    parser = expat.ParserCreate("utf-8", SEPARATOR)  # whatever the answer says that it is written in
    parser.StartElementHandler = begin
    parser.EndElementHandler = lambda _name: path.pop()
    parser.CharacterDataHandler = lambda data: text(path, data)
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(document, True)  # noqa: FBT003  the standard library's signature
    except expat.ExpatError as error:
        raise NotPlainXmlError from error
