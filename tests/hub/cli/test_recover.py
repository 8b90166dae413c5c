"""A hub whose keys are replaced: what stays of its log, and how a witness's record is held against it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from hub.__main__ import main
from hub.kit.settings import Settings
from milton_protocol.messages.homes.answers import ConsistencyAnswer
from milton_protocol.translog.checkpoint import Checkpoint
from milton_protocol.translog.merkle import verify_consistency
from milton_protocol.translog.note import SignedNote
from tests.hub.witnesses.test_publication import publish
from tests.simulators.agency import found_agency, serving_agency
from tests.simulators.hub_bench import MovableClock
from tests.simulators.log_witness import serving
from tests.simulators.witnessed import signed_request, witnessed_agency

if TYPE_CHECKING:
    from pathlib import Path

NEW_LOG = "log-2.milton.example"


async def test_the_new_log_contains_what_a_witness_saw_of_the_old_one(tmp_path: Path) -> None:
    """The last checkpoint is kept with its cosignature, and the new log is proven to continue it."""
    async with serving() as witness:
        async with witnessed_agency(tmp_path, witness) as agency:
            settings, passkeys = agency.settings, agency.passkeys
            assert await publish(agency, await signed_request(agency)) == "published"
        for command in (
            ["recover", str(tmp_path), "--log-origin", NEW_LOG],
            ["record", "draft", str(tmp_path), str(tmp_path / "record.json")],
            [
                "endorse",
                str(tmp_path / "record.json"),
                str(tmp_path / "signed.json"),
                "--key",
                str(tmp_path / "offline" / "root.key"),
                "--yes",
            ],
            ["take", str(tmp_path), str(tmp_path / "signed.json")],
        ):
            assert await asyncio.to_thread(main, command) == 0
        (kept,) = settings.folder.glob("log-ended-*.note")
        note = SignedNote.parse(kept.read_text())
        assert witness.name in {each.name for each in note.signatures}
        old = Checkpoint.parse(note.text)
        async with serving_agency(Settings.load(tmp_path), passkeys, MovableClock()) as agency:
            status, said = await agency.get("/v1/log/checkpoint")
            new = Checkpoint.parse(SignedNote.parse(said.decode()).text)
            assert (status, new.origin, old.origin) == (200, NEW_LOG, settings.log_origin)
            _, answer = await agency.get(f"/v1/log/consistency?from={old.size}&to={new.size}")
            verify_consistency(old.size, old.root, new.size, new.root, ConsistencyAnswer.from_bytes(answer).hashes)


def test_a_log_is_not_named_twice(tmp_path: Path) -> None:
    """Under the old name witnesses would hold the new log against the old one."""
    settings, _ = found_agency(tmp_path)
    before = (settings.keys_folder / "log.key").read_bytes()
    assert main(["recover", str(tmp_path), "--log-origin", settings.log_origin]) == 1
    assert (settings.keys_folder / "log.key").read_bytes() == before


def test_a_record_of_other_keys_is_not_taken(tmp_path: Path) -> None:
    """One that was drafted before the keys were replaced."""
    found_agency(tmp_path)
    draft, signed = tmp_path / "record.json", tmp_path / "signed.json"
    assert main(["record", "draft", str(tmp_path), str(draft)]) == 0
    root = str(tmp_path / "offline" / "root.key")
    assert main(["endorse", str(draft), str(signed), "--key", root, "--yes"]) == 0
    assert main(["recover", str(tmp_path), "--log-origin", NEW_LOG]) == 0
    assert main(["take", str(tmp_path), str(signed)]) == 1
