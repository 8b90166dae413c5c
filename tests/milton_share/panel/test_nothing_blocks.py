"""No call of ours makes Home Assistant's event loop wait, on any of the ways that people and programs take through it.

Two see it: Home Assistant's own detector, and the interpreter, which tells of each call that can wait.
"""

from __future__ import annotations

import io
from contextlib import contextmanager
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from homeassistant import block_async_io
from homeassistant.components.system_health import get_info
from homeassistant.setup import async_setup_component
from homeassistant.util import loop as loop_protection

from custom_components.milton_share.backup import async_post_backup, async_pre_backup
from custom_components.milton_share.const import DOMAIN
from custom_components.milton_share.diagnostics import async_get_config_entry_diagnostics
from custom_components.milton_share.panel.websocket.encode import to_json
from tests.milton_share.conftest import CAMERA, PIN, Home, join
from tests.milton_share.sources.upload.conftest import Phone
from tests.simulators.loop_watch import watched

from .conftest import token_of
from .test_commands import CLIP_S, PLACED, later, state_where
from .test_own import done, media, two_recorded, wish

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from homeassistant.core import HomeAssistant
    from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

    from tests.milton_share.conftest import Owner
    from tests.simulators.hub import HubSimulator

    from .conftest import Connect, Line

__all__ = ["two_recorded"]

INTEGRATION = Path(__file__).parents[3] / "custom_components" / DOMAIN


@contextmanager
def judged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail where either of the two found something by the end."""
    with watched(INTEGRATION) as found:
        yield
    assert sorted(set(found)) == []
    lines = [record.getMessage() for record in caplog.records]
    assert [line for line in lines if "blocking call" in line and DOMAIN in line] == []


@pytest.fixture
def guarded(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """Switch Home Assistant's own detector on, as it is outside of tests, and see that both find what they are for."""
    monkeypatch.setattr(block_async_io, "_IN_TESTS", False)  # where it leaves files and folders out
    monkeypatch.setattr(loop_protection, "_PREVIOUSLY_REPORTED", set())
    block_async_io.enable()
    constants = INTEGRATION / "const.py"  # the place where it is said to stand must be there: coverage looks for it
    blocks = compile(f"open({str(constants)!r}).close()", constants, "exec")
    with pytest.raises(AssertionError, match=r"open by const\.py:1"), judged(caplog):
        exec(blocks, {})  # noqa: S102
    assert any("blocking call" in record.getMessage() and DOMAIN in record.getMessage() for record in caplog.records)
    caplog.clear()


@pytest.mark.usefixtures("disable_block_async_io", "guarded")
async def test_no_way_through_a_home_blocks_the_loop(  # noqa: PLR0917  the whole of a home
    hass: HomeAssistant,
    hub: HubSimulator,
    owner: Owner,
    connect: Connect,
    two_recorded: datetime,
    hass_client_no_auth: ClientSessionGenerator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Joining, a start, a request from its coming to its withdrawal, own clips, settings, what is wrong, leaving."""
    hass.loop.set_debug(False)  # as outside of tests: else connections read the lines of their callers from the disk
    folder = media(hass)
    folder.mkdir()
    assert await async_setup_component(hass, "system_health", {})
    hass.states.async_set(CAMERA, "idle", {"friendly_name": "Front door", "supported_features": 2})
    with judged(caplog):
        home = Home(hass=hass, hub=hub, entry=await join(hass, hub), owner=owner)
        await home.restart()
        line = await connect(token_of(owner.user))
        phone = Phone(home=home, client=await hass_client_no_auth(), owner=owner)
        await decide(home, line, phone)
        await save_for_oneself(home, line, phone, two_recorded)
        await set_and_look(home, line)
        await async_pre_backup(hass)
        await async_post_backup(hass)
        diagnostics = await async_get_config_entry_diagnostics(hass, home.entry)
        assert diagnostics["topics"]["requests"] == 1
        assert (await get_info(hass))[DOMAIN]["documents"] == "good"
        assert await hass.config_entries.async_unload(home.entry.entry_id)
        assert await hass.config_entries.async_setup(home.entry.entry_id)
        await line.result("leave", pin=PIN)
        await home.until(lambda: not hass.config_entries.async_entries(DOMAIN))


async def decide(home: Home, line: Line, phone: Phone) -> None:
    """Review a request in all that its page asks for, add a file, share, take it back."""
    await line.result("camera/set", **PLACED)
    await line.result("subscribe")
    request_id = await home.receive()
    held = (await state_where(line, request_id, lambda case: case["state"] == "held"))["cases"][0]
    case_id = held["case_id"]
    for command in ("rough", "marks"):
        await line.ask(command, case_id=case_id)
    for command in ("whoami", "cameras", "map", "approvers", "folder/roots"):
        await line.ask(command)
    await line.result("evidence", request_id=request_id)
    assert await phone.refusal(request_id, "export.mp4", io.BytesIO(b"no film" * 999))
    start = later(held["footage_from"], 2)
    clip = await line.result("look", case_id=case_id, **{"from": start, "until": later(start, CLIP_S)}, audio=False)
    asked = {"case_id": case_id, "sha256": clip["clip_sha256"]}
    stills = await line.result("stills", **asked)
    for path in ((await line.result("preview_path", **asked))["path"], stills["poster"], stills["strip"]):
        assert (await phone.client.get(path)).status == HTTPStatus.OK
    request = home.request(request_id)
    assert request is not None
    words = {"recipients_sha256": request.recipients_sha256, "pin": PIN, "named": False, "keep_sources": True}
    share = await line.result("approve", case_id=case_id, clip_sha256=clip["clip_sha256"], **words)
    await home.until(lambda: home.case(request_id).state == "receipted")
    await line.result("withdraw", share_id=share["share_id"], pin=PIN)
    await home.until(lambda: home.case(request_id).state == "withdrawn")


async def save_for_oneself(home: Home, line: Line, phone: Phone, recorded: datetime) -> None:
    """Cut for own use, download, save into the media folder, let it go."""
    day = {"from": to_json(recorded - timedelta(hours=1)), "until": to_json(recorded + timedelta(hours=1))}
    await line.result("own/recorded", **day)
    await line.result("own/cut", **wish(recorded, 1))
    (one,) = (await done(home)).clips
    path = (await line.result("own/path", clip_id=one.clip_id, kind="clip"))["path"]
    assert (await phone.client.get(path)).status == HTTPStatus.OK
    await line.result("own/save", clip_id=one.clip_id)
    await line.result("own/forget")


async def set_and_look(home: Home, line: Line) -> None:
    """Change what a household can, and look at what is there."""
    settings: dict[str, Any] = {"storage_gb": 20, "keep_days": 7, "weekly_cap": 1, "pause": {"until": None}}
    await line.result("household/set", **settings)
    await line.result("household/set", pause=None)
    await line.result("pin/set", pin="314159", old_pin=PIN)
    await line.result("pin/set", pin=PIN, old_pin="314159")
    await line.result("camera/set", **PLACED | {"eligible": False})
    assert home.state().household.keep_days == 7
