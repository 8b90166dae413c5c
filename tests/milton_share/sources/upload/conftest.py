"""Exports as phones have them, and a browser that sends one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from homeassistant.util import dt as dt_util

from tests.milton_share.panel.conftest import token_of
from tests.simulators import footage

if TYPE_CHECKING:
    from pathlib import Path

    from aiohttp.test_utils import TestClient
    from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

    from custom_components.milton_share.cases.model import FileView
    from tests.milton_share.conftest import Home, Owner

FILM_S = 8


def film(path: Path, *, seconds: int = FILM_S, **more: object) -> Path:
    """Film some seconds with a sound, as an export of an app has them."""
    return footage.film(path, seconds=seconds, fps=10, gop=20, sound=True, **more)


@pytest.fixture(scope="session")
def export(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Return an export of eight seconds."""
    return film(tmp_path_factory.mktemp("export") / "export.mp4").read_bytes()


def name_at(moment: datetime) -> str:
    """Name a file as an app does, by the clock of the house."""
    return f"RingVideo_{moment.astimezone(dt_util.get_default_time_zone()):%Y%m%d_%H%M%S}.mp4"


@dataclass(kw_only=True)
class Phone:
    """The owner's phone, with a session of its own."""

    home: Home
    client: TestClient[Any, Any]
    owner: Owner

    def token(self) -> str:
        """Return what the session shows."""
        return self.home.hass.auth.async_create_access_token(token_of(self.owner.user))

    async def post(self, request_id: str, name: str, body: Any) -> Any:  # noqa: ANN401
        """Send a file; return the answer, whatever it is."""
        return await self.client.post(
            f"/api/milton_share/file/{request_id}",
            data=body,
            headers={"Authorization": f"Bearer {self.token()}", "X-File-Name": quote(name)},
        )

    async def add(self, request_id: str, name: str, body: Any) -> str:  # noqa: ANN401
        """Send a file that is taken; return its case's id."""
        answer = await self.post(request_id, name, body)
        assert answer.status == 200, await answer.text()
        return str((await answer.json())["case_id"])

    async def refusal(self, request_id: str, name: str, body: Any) -> str:  # noqa: ANN401
        """Return the rule by which a file is refused."""
        answer = await self.post(request_id, name, body)
        assert answer.status == 403, await answer.text()
        return str((await answer.json())["error"])

    def file(self, request_id: str) -> FileView:
        """Return the only file of a request."""
        file = self.home.case(request_id).file
        assert file is not None
        return file


@pytest.fixture
async def phone(home: Home, hass_client_no_auth: ClientSessionGenerator) -> Phone:
    """Let the owner hold a phone."""
    return Phone(home=home, client=await hass_client_no_auth(), owner=home.owner)


@pytest.fixture
async def asked(home: Home) -> str:
    """Receive a request that is not about any camera here; return its id."""
    request_id = await home.receive()
    await home.until(lambda: home.state().snapshot.open_requests == 1)
    return request_id


def middle(home: Home, request_id: str) -> datetime:
    """Return a whole second well inside the time asked for."""
    request = home.request(request_id)
    assert request is not None
    return (request.from_ + timedelta(minutes=20)).replace(microsecond=0).astimezone(UTC)


def nothing_lies_here(home: Home) -> bool:
    """Whether no byte of an added file is on the disk."""
    folder = home.services.folder.added
    return not [path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("index.sqlite3")]
