"""A real hub whose log has witnesses: they stand in its settings, and the city record may ask for a quorum."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from hub.__main__ import main
from hub.cli.city.init import OFFLINE
from hub.kit.keys import HubKeys
from hub.kit.settings import Settings
from hub.kit.settings_table import SETTINGS_NAME
from milton_protocol.translog.verifier_key import VerifierKey
from tests.simulators.agency import found_agency, serving_agency
from tests.simulators.hub_bench import MovableClock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.simulators.agency import Agency
    from tests.simulators.log_witness import LogWitness


def log_key(settings: Settings) -> VerifierKey:
    """Return the key of a hub's log, as witnesses are told it."""
    return VerifierKey.of(settings.log_origin, HubKeys.load(settings.keys_folder).log_key)


def name_witnesses(settings: Settings, *witnesses: LogWitness) -> Settings:
    """Write witnesses into a hub's settings, and have each know its log."""
    file = settings.folder / SETTINGS_NAME
    file.write_text(file.read_text() + "".join(each.settings for each in witnesses))
    for each in witnesses:
        each.trust(log_key(settings))
    return Settings.load(settings.folder)


def set_quorum(folder: Path, quorum: int) -> None:
    """Have the root sign a city record that asks for so many witnesses, and the hub take it."""
    draft, signed = (folder / f"{name}-{time.monotonic_ns()}.json" for name in ("record", "signed"))
    root = str(folder / OFFLINE / "root.key")
    assert main(["record", "draft", str(folder), str(draft), "--witness-quorum", str(quorum)]) == 0
    assert main(["endorse", str(draft), str(signed), "--key", root, "--yes"]) == 0
    assert main(["take", str(folder), str(signed)]) == 0


@asynccontextmanager
async def witnessed_agency(
    folder: Path, *witnesses: LogWitness, quorum: int = 0, homes_port: int = 0
) -> AsyncIterator[Agency]:
    """Run a hub whose officer and supervisor can sign, with these witnesses; homes find it at ``homes_port``."""
    options = ("--home-url", f"http://127.0.0.1:{homes_port}") if homes_port else ()
    settings, passkeys = await asyncio.to_thread(found_agency, folder, *options)
    settings = name_witnesses(settings, *witnesses)
    if quorum:
        await asyncio.to_thread(set_quorum, folder, quorum)
    async with serving_agency(settings, passkeys, MovableClock(), homes_port=homes_port) as agency:
        yield agency


async def signed_request(agency: Agency, **changes: object) -> str:
    """Draft and sign an ordinary request; return its id."""
    officer = await agency.desk("officer")
    request_id: str = (await officer.draft(**changes))["id"]
    assert (await officer.sign(request_id))[0] == 200
    return request_id
