"""A leg: homes enroll, one of them leaves."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from hub.broker.accounts import MqttCredentials
from tests.simulators.agency import enrol_body

if TYPE_CHECKING:
    from tests.hub.crash.town import Town


async def enrol(town: Town) -> None:
    """Enrol a home, which hears the city by the broker; another comes and leaves."""
    await town.open()
    for who in ("home", "guest"):
        if who not in town.known.codes:
            lines = await town.command("code", "new", town.folder, "--cell", "3414,-8430")
            town.known.codes[who] = next(line for line in lines if line.startswith("code: ")).removeprefix("code: ")
    wrong = enrol_body("MS-0000-0000-0000", town.known.home_id)
    assert (await _post_home(town, "/v1/enrol", wrong))[0] == 404
    status, answer = await _post_home(town, "/v1/enrol", enrol_body(town.known.codes["home"], town.known.home_id))
    assert status == 200, answer
    assert town.known.token in {"", answer["home_token"]}
    town.known.token, town.known.mqtt = answer["home_token"], MqttCredentials(**answer["mqtt"])
    town.acknowledged("the home is enrolled", lambda books: books.homes[town.known.home_id].left_at is None)
    await town.sees(lambda found: {"city-record", "directory", "live"} <= found.keys())
    await _come_and_go(town, hashlib.sha256(b"guest").hexdigest()[:32])


async def _come_and_go(town: Town, guest: str) -> None:
    status, answer = await _post_home(town, "/v1/enrol", enrol_body(town.known.codes["guest"], guest))
    if status == 200:
        town.acknowledged("the guest came", lambda books: guest in books.homes)
        account = MqttCredentials(**answer["mqtt"])
        headers = {"Authorization": f"Bearer {answer['home_token']}"}
        async with town.http.delete(f"http://127.0.0.1:{town.ports['homes']}/v1/enrolment", headers=headers) as left:
            assert left.status == 200
        await town.until_broker(account, lets_in=False)
    else:
        assert (status, answer["error"]) == (409, "code_used")
    town.acknowledged("the guest left", lambda books: books.homes[guest].left_at is not None)
    assert town.known.mqtt is not None
    await town.until_broker(town.known.mqtt, lets_in=True)


async def _post_home(town: Town, path: str, body: object) -> tuple[int, Any]:
    async with town.http.post(
        f"http://127.0.0.1:{town.ports['homes']}{path}", data=json.dumps(body, separators=(",", ":"), sort_keys=True)
    ) as answer:
        return answer.status, json.loads(await answer.read())
