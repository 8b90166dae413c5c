"""The signer's files: complete, fixed by the city record, served with a strict policy and without a session."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import pytest
from aiohttp.test_utils import TestClient, TestServer

from hub.__main__ import main
from hub.web.headers import SIGNER_POLICY
from hub.web.signer import CONFIG, signer_files

if TYPE_CHECKING:
    from pathlib import Path

    from tests.simulators.agency import Agency


async def test_the_hub_serves_exactly_the_files_of_the_city_record(agency: Agency) -> None:
    """Whoever looks can tell an altered page."""
    async with agency.hub.database.reading() as session:
        record = (await agency.directory.current(session)).city_record
    async with TestClient(TestServer(agency.hub.signer)) as client:
        for file in record.signer.files:
            answer = await client.get(f"/{file.path}")
            assert hashlib.sha256(await answer.read()).hexdigest() == file.sha256
            assert answer.headers["Content-Security-Policy"] == SIGNER_POLICY
        assert await (await client.get("/")).text() == await (await client.get("/index.html")).text()
        assert (await client.get("/nothing.js")).status == 404
        settings = await (await client.get(f"/{CONFIG}")).json()
    assert settings["agency_name"] == "Milton Police"
    assert settings["officers_origins"] == [agency.settings.officers_origin]


@pytest.mark.parametrize("demo", [True, False])
def test_only_a_demonstration_has_a_software_key(demo: bool) -> None:  # noqa: FBT001 - a test's parameter
    """Its file is among the signer's, and named in the settings, or neither."""
    files = signer_files(agency_name="PD", rp_id="sign.example", officers_origin="https://o.example", demo=demo)
    named = json.loads(files[CONFIG])["software_authenticator"]
    assert any(name.startswith("software") for name in files) is demo
    assert (named is not None) is demo
    assert named is None or named.removeprefix("/") in files


def test_the_command_writes_them_for_the_citys_own_server(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With the headers that they are to be served with."""
    assert main(["init", str(tmp_path), "--demo"]) == 0
    assert main(["signer", "write", str(tmp_path), str(tmp_path / "site")]) == 0
    names = {path.name for path in (tmp_path / "site").iterdir()}
    assert {"index.html", CONFIG} < names
    assert SIGNER_POLICY in capsys.readouterr().out


def test_a_signer_on_the_officers_hostname_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Else a sign-in passkey would have the signer's rp id."""
    origins = ("--officers-origin", "http://localhost:1", "--signer-origin", "http://localhost:2")
    assert main(["init", str(tmp_path), "--demo", *origins]) == 2
    assert "hostname of its own" in capsys.readouterr().out
