"""Sends a file, or one range of it, and reports which bytes were sent."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from aiohttp import hdrs, web

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from ...processes.executor import RunBlocking

    type OnSent = Callable[[int, tuple[int, int]], None]

PIECE_BYTES: Final = 256 * 1024  # read and sent at once, so that a player's first picture waits for no more


async def send_file(
    request: web.Request, path: Path, headers: Mapping[str, str], run_blocking: RunBlocking, on_sent: OnSent
) -> web.StreamResponse:
    """Respond with a file or one range of it (RFC 9110 section 14): 200, 206, 416, or 404 where it is gone.

    ``on_sent`` gets the file's size and each piece, ``(first, after its last)``, once the connection took it. No file
    stays open between two pieces: whoever plays goes away at any moment.
    """
    try:
        about = await run_blocking(path.stat)
    except FileNotFoundError:
        return web.Response(status=HTTPStatus.NOT_FOUND, headers=headers)
    wanted = _wanted(request, about)
    response = _head(wanted, about, headers, is_part=_is_part(request, about))
    at, end = (0, 0) if request.method == hdrs.METH_HEAD else (wanted.start, wanted.stop)
    try:
        await response.prepare(request)
        while at < end and (piece := await run_blocking(partial(_read, path, at, min(PIECE_BYTES, end - at)))):
            await response.write(piece)
            on_sent(about.st_size, (at, at + len(piece)))
            at += len(piece)
    except (ConnectionError, FileNotFoundError):
        return response  # a player goes away at each jump, and a clip that is cut again is wiped: neither is an error
    return response


def _read(path: Path, at: int, size_bytes: int) -> bytes:
    with path.open("rb") as file:
        file.seek(at)
        return file.read(size_bytes)


def _is_part(request: web.Request, about: os.stat_result) -> bool:
    """Whether a range of the file's current version is requested."""
    if_range = request.if_range
    return hdrs.RANGE in request.headers and (if_range is None or int(about.st_mtime) <= if_range.timestamp())


def _wanted(request: web.Request, about: os.stat_result) -> range:
    """Return the requested bytes; empty unless they are a single range within the file."""
    whole = range(about.st_size)
    if not _is_part(request, about):
        return whole
    try:
        return whole[request.http_range]
    except ValueError:
        return range(0)


def _head(wanted: range, about: os.stat_result, headers: Mapping[str, str], *, is_part: bool) -> web.StreamResponse:
    response = web.StreamResponse(headers=headers)
    response.headers[hdrs.ACCEPT_RANGES] = "bytes"
    response.last_modified = about.st_mtime
    response.content_length = len(wanted)
    if is_part and not wanted:
        response.set_status(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
        response.headers[hdrs.CONTENT_RANGE] = f"bytes */{about.st_size}"
    elif is_part:
        response.set_status(HTTPStatus.PARTIAL_CONTENT)
        response.headers[hdrs.CONTENT_RANGE] = f"bytes {wanted.start}-{wanted.stop - 1}/{about.st_size}"
    return response
