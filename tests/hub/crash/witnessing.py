"""A leg: the city record asks for a witness, which cosigns before a request is published."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from hub.kit.settings_table import SETTINGS_NAME
from milton_protocol.translog.checkpoint import Checkpoint
from milton_protocol.translog.proof import TlogProof
from tests.hub.crash.asking import published
from tests.simulators.log_witness import LogWitness, serving
from tests.simulators.witnessed import log_key, name_witnesses

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.hub.crash.town import Town
    from tests.simulators.hub_books import Books

NAME = "witness.example/town"
SEEN = "what the witness has seen"


async def sit_down(town: Town) -> None:
    """Name the witness, have the root ask for it, and seat the officer at a desk again."""
    file = town.settings.folder / SETTINGS_NAME
    town.known.words["settings"] = file.read_bytes()
    name_witnesses(town.settings, LogWitness(name=NAME, url=f"http://127.0.0.1:{town.ports['witness']}/w"))
    await _ask_for(town, 1)
    await town.sign_in("officer")


async def leave(town: Town) -> None:
    """Let the city do without the witness again."""
    await _ask_for(town, 0)
    (town.settings.folder / SETTINGS_NAME).write_bytes(town.known.words["settings"])


async def _ask_for(town: Town, quorum: int) -> None:
    folder = town.folder / f"quorum-{quorum}"
    folder.mkdir()
    draft, signed = folder / "draft.json", folder / "one.json"
    await town.command("record", "draft", town.folder, draft, "--witness-quorum", quorum)
    await town.command("endorse", draft, signed, "--key", town.folder / "offline" / "root.key", "--yes")
    await town.command("take", town.folder, signed)


async def publish(town: Town) -> None:
    """Publish; the proof that homes get has the witness's cosignature."""
    async with _witness(town):
        await town.open()
        request_id = await published(town, "seen")
        town.acknowledged("the witness cosigned its proof", lambda books: _is_cosigned(books, request_id))
        await town.until(lambda books: request_id in books.live().live)


@asynccontextmanager
async def _witness(town: Town) -> AsyncIterator[None]:
    """Run the witness, which remembers what it cosigned whatever the hub forgot."""
    key = log_key(town.settings)
    async with serving(NAME, port=town.ports["witness"]) as witness:
        witness.trust(key)
        if SEEN in town.known.words:
            witness.seen[key.name] = Checkpoint.parse(town.known.words[SEEN].decode())
        try:
            yield
        finally:
            if witness.seen:
                town.known.words[SEEN] = witness.seen[key.name].format().encode()


def _is_cosigned(books: Books, request_id: str) -> bool:
    proof = books.requests[request_id].log_proof
    return proof is not None and NAME in {each.name for each in TlogProof.parse(proof).checkpoint_note.signatures}
