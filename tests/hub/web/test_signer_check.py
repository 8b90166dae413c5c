"""Whether the city's own server serves the signer as the root signed it: a real server, and each way in which not."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from hub.__main__ import main
from hub.web.headers import SIGNER_POLICY
from hub.web.signer_check import FILE_MAX_BYTES, Served, check_signer, faults_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from tests.simulators.agency import Agency

HEADERS = {
    "Content-Security-Policy": SIGNER_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-cache",
    "Strict-Transport-Security": "max-age=31536000",
}
TYPES = {".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".json": "application/json"}


class Site:
    """The city's own web server."""

    def __init__(self, folder: Path) -> None:
        """Serve ``folder``; ``bent`` changes an answer."""
        self.folder = folder
        self.bent: Callable[[str, web.Response], web.Response] = lambda _name, answer: answer

    async def serve(self, request: web.Request) -> web.Response:
        """Answer with a file."""
        name = request.match_info["name"] or "index.html"
        path = self.folder / name
        kind = TYPES[path.suffix]
        return self.bent(name, web.Response(body=path.read_bytes(), headers=HEADERS | {"Content-Type": kind}))


@pytest.fixture
async def site(agency: Agency, tmp_path: Path) -> AsyncIterator[tuple[Site, Callable[[], list[str]]]]:
    """Write the files, serve them; yields the server and what checks it by the command."""
    folder = str(agency.settings.folder.parent)
    assert await asyncio.to_thread(main, ["signer", "write", folder, str(tmp_path / "site")]) == 0
    made = Site(tmp_path / "site")
    application = web.Application()
    application.router.add_get("/{name:[^/]*}", made.serve)
    async with TestServer(application) as server:
        yield made, lambda: ["signer", "check", folder, str(server.make_url("/"))]


async def checked(command: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """Run the command; return its code and what it said."""
    capsys.readouterr()
    code = await asyncio.to_thread(main, command)
    return code, capsys.readouterr().out


async def test_the_citys_server_is_checked_against_the_city_record(
    site: tuple[Site, Callable[[], list[str]]], capsys: pytest.CaptureFixture[str]
) -> None:
    """What the command wrote is right; an altered byte, a missing file, a redirect and a header more are each told."""
    server, command = site
    assert (await checked(command(), capsys))[0] == 0

    def altered(name: str, answer: web.Response) -> web.Response:
        if name.endswith(".js") and isinstance(answer.body, bytes):
            answer.body = answer.body + b"\n"
        return answer

    def missing(name: str, answer: web.Response) -> web.Response:
        return web.Response(status=404) if name == "config.json" else answer

    def redirected(name: str, answer: web.Response) -> web.Response:
        return web.Response(status=302, headers={"Location": "/other"}) if name == "index.html" else answer

    def preloading(_name: str, answer: web.Response) -> web.Response:
        answer.headers["Link"] = "<https://evil.example/x.js>; rel=preload"
        return answer

    def loose(_name: str, answer: web.Response) -> web.Response:
        answer.headers.add("Content-Security-Policy", "default-src *")
        return answer

    def plain(_name: str, answer: web.Response) -> web.Response:
        answer.content_type = "text/plain"
        del answer.headers["Cache-Control"]
        return answer

    for bent, words in (
        (altered, "is another file than the root has signed"),
        (missing, "/config.json: answered 404"),
        (redirected, "/: answered 302"),
        (preloading, "has the header link"),
        (loose, "content-security-policy is not once and exactly"),
        (plain, "content-type is text/plain"),
    ):
        server.bent = bent
        code, said = await checked(command(), capsys)
        assert (code, words in said) == (1, True), said


async def test_a_server_that_does_not_answer_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is signed where there is nothing."""
    del capsys
    faults = await check_signer("http://127.0.0.1:1", {"index.html": "0" * 64})
    assert [fault.partition(":")[0] for fault in faults] == ["/", "/index.html"]


async def test_an_answer_without_end_is_read_to_a_bound() -> None:
    """And is another file."""

    async def endless(_request: web.Request) -> web.Response:
        return web.Response(body=bytes(FILE_MAX_BYTES + 2**17), content_type="text/html")

    application = web.Application()
    application.router.add_get("/{name:.*}", endless)
    async with TestServer(application) as server:
        faults = await check_signer(str(server.make_url("")).rstrip("/"), {"index.html": "0" * 64})
    assert any("another file" in fault for fault in faults)


def test_a_file_of_no_kind_that_the_signer_has_is_a_fault() -> None:
    """Whatever its digest."""
    faults = faults_of("x.wasm", "", Served(status=200, headers=[], body=b""))
    assert "content-type is missing" in faults
