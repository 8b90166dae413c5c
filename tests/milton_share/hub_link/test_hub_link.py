"""A hub that answers wrongly, and a home that is not led astray by it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from custom_components.milton_share.hub_link.client import HubAwayError, HubClient, HubRefusedError
from custom_components.milton_share.hub_link.upload import send_body
from tests.simulators import hub as simulated

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.milton_share.conftest import Home

BODY = bytes(range(256)) * 400


class Answers:
    """One route that answers as scripted."""

    def __init__(self) -> None:
        """Answer nothing yet."""
        self.script: list[web.Response] = []
        self.seen: list[web.Request] = []

    async def answer(self, request: web.Request) -> web.Response:
        """Answer with the next one; the last is repeated."""
        await request.read()
        self.seen.append(request)
        return self.script.pop(0) if self.script else web.Response(status=500)


@pytest.fixture
async def answers() -> Answers:
    """Script the answers."""
    return Answers()


@pytest.fixture
async def client(answers: Answers) -> AsyncIterator[HubClient]:
    """Serve them, and reach them as a home does."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answers.answer)
    async with TestServer(app, host="127.0.0.1") as server, ClientSession() as session:
        yield HubClient(session, str(server.make_url("/")).rstrip("/"), "token")


def offset(number: object, status: int = 200) -> web.Response:
    """Say how far an upload got."""
    return web.Response(status=status, headers={"Upload-Offset": str(number)})


async def send(client: HubClient) -> list[int]:
    """Send the body and return the progress."""
    progress: list[int] = []

    async def read(start: int, length: int) -> bytes:
        return BODY[start : start + length]

    await send_body(client, "/v1/uploads/1/clip", len(BODY), read, progress.append)
    return progress


async def test_an_upload_that_is_gone_is_made_again(client: HubClient, answers: Answers) -> None:
    """After a termination the same URL takes it from the start."""
    gone = web.json_response({"error": "upload_unknown", "message": "gone"}, status=404)
    answers.script = [gone, web.Response(status=201), offset(len(BODY), 204)]
    assert await send(client) == [0, len(BODY)]
    head, post, patch = answers.seen
    assert (head.method, post.method, patch.method) == ("HEAD", "POST", "PATCH")
    assert post.headers["Upload-Length"] == str(len(BODY))
    assert patch.headers["Tus-Resumable"] == "1.0.0"
    assert patch.headers["Upload-Checksum"].startswith("sha256 ")


async def test_an_upload_that_the_hub_has_whole_sends_nothing(client: HubClient, answers: Answers) -> None:
    """A lost reply to the last piece costs one HEAD."""
    answers.script = [offset(len(BODY))]
    assert await send(client) == [len(BODY)]
    assert len(answers.seen) == 1


@pytest.mark.parametrize("status", [409, 460])
async def test_a_piece_that_does_not_fit_is_asked_about_again(client: HubClient, answers: Answers, status: int) -> None:
    """Offset or checksum differ: a fault of the line, not of the share."""
    answers.script = [offset(0), web.json_response({"error": "x", "message": "x"}, status=status)]
    with pytest.raises(HubAwayError):
        await send(client)


@pytest.mark.parametrize("number", ["", "-1", "x", str(len(BODY) + 1)])
async def test_an_offset_that_is_none_is_not_believed(client: HubClient, answers: Answers, number: str) -> None:
    """Not negative, not a word, not beyond the end."""
    answers.script = [web.Response(headers={"Upload-Offset": number})]
    with pytest.raises(HubAwayError):
        await send(client)


async def test_a_refused_piece_names_the_rule(client: HubClient, answers: Answers) -> None:
    """What the hub forbids is not tried as if it were a broken line."""
    answers.script = [offset(0), web.json_response({"error": "quota_full", "message": "x"}, status=413)]
    with pytest.raises(HubRefusedError) as refused:
        await send(client)
    assert (refused.value.status, refused.value.rule) == (413, "quota_full")


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        (b"<html>", "http_502"),
        (b'{"error":"not a rule!","message":"x"}', "http_502"),
        (b'{"error":7}', "http_502"),
        (b"x" * 5_000, "http_502"),
        (b'{"error":"busy","message":"x"}', "busy"),
    ],
)
async def test_an_error_is_a_rule_or_only_its_status(
    client: HubClient, answers: Answers, body: bytes, rule: str
) -> None:
    """A proxy's page never becomes a rule."""
    answers.script = [web.Response(status=502, body=body)]
    with pytest.raises(HubRefusedError, match=rule):
        await client.get("/v1/feed", max_bytes=100)


async def test_an_answer_without_end_is_cut_off(client: HubClient, answers: Answers) -> None:
    """A hub can't fill the home's memory."""
    answers.script = [web.Response(body=b"x" * 101)]
    with pytest.raises(HubAwayError):
        await client.get("/v1/feed", max_bytes=100)


async def test_a_redirect_is_not_followed(client: HubClient, answers: Answers) -> None:
    """The token goes to the hub and nowhere else."""
    answers.script = [web.Response(status=302, headers={"Location": "http://127.0.0.1:9/"})]
    with pytest.raises(HubAwayError):
        await client.get("/v1/feed", max_bytes=100)
    assert len(answers.seen) == 1


@pytest.mark.parametrize("path", ["http://127.0.0.1:9/v1/uploads/1/clip", "//127.0.0.1:9/v1/uploads/1/clip"])
async def test_a_path_to_another_machine_is_refused(client: HubClient, answers: Answers, path: str) -> None:
    """Nothing is sent there."""
    with pytest.raises(HubAwayError):
        await client.tus("HEAD", path, {})
    assert answers.seen == []


async def test_another_epoch_is_read_from_the_start(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hub that was set up anew numbers anew."""
    await home.receive()
    monkeypatch.setattr(simulated, "EPOCH", "cd" * 16)
    second = await home.receive()
    await home.until(lambda: home.request(second).refused is None)
    await home.until(lambda: home.state().snapshot.open_requests == 2)


@pytest.mark.parametrize("page", [b"[]", b'{"type":"milton/feed"}', b"\xff", b"{} {}"])
async def test_a_malformed_feed_changes_nothing(home: Home, page: bytes) -> None:
    """The link says so, what is known stays, and the next good page is read."""
    await home.receive()
    await home.until(lambda: home.state().snapshot.open_requests == 1)
    home.hub.page = page
    await home.until(lambda: home.state().snapshot.link == "away")
    assert home.state().snapshot.open_requests == 1
    home.hub.page = None
    await home.until(lambda: home.state().snapshot.link == "feed")


async def test_a_hub_that_is_away_and_comes_back_is_told_once_each(
    home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    """Not at every try: a day without the hub is two lines."""
    caplog.set_level("DEBUG", "custom_components.milton_share")
    home.hub.away = True
    await home.until(lambda: caplog.text.count("Feed not read") >= 3)
    home.hub.away = False
    await home.until(lambda: home.state().snapshot.link == "feed")
    assert caplog.text.count("No contact with the hub") == 1
    assert caplog.text.count("Contact with the hub again") == 1
