"""A home that is killed, started again and gone on with: one Home Assistant process after the other, one folder."""

from __future__ import annotations

import asyncio
import json
import signal
import sqlite3
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from homeassistant.core_config import Config

from custom_components.milton_share.storage.paths import private_folder
from tests.e2e.home_assistant import HOUSE, ONBOARDING
from tests.e2e.processes import StepError, until
from tests.simulators.city import AREA
from tests.simulators.hub import CODE
from tests.simulators.nursery import PATIENCE_S, ForkedHome
from tests.simulators.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator
    from pathlib import Path

    import aiohttp

    from custom_components.milton_share.storage.private_folder import PrivateFolder
    from tests.simulators.hub import HubSimulator
    from tests.simulators.nursery import Kill, Nursery

CAMERA = "camera.front_door"
PIN = "271828"
CONFIGURATION = (
    HOUSE
    + """\
config:
ffmpeg:
camera:
  - platform: ffmpeg
    name: Front door
    input: rtsp://127.0.0.1:{nobody}/front
logger:
  default: warning
"""
)


@dataclass(kw_only=True)
class Acknowledged:
    """What this home answered to its owner: it may never be lost."""

    approved: dict[str, str] = field(default_factory=dict)  # share ids by case id
    declined: set[str] = field(default_factory=set)  # request ids
    withdrawn: set[str] = field(default_factory=set)  # share ids
    agreed: set[str] = field(default_factory=set)  # share ids
    flagged: set[str] = field(default_factory=set)  # share ids
    passing: set[str] = field(default_factory=set)  # share ids whose owner said yes to passing on
    asked: bool = False  # the hub asked about passing one on
    cameras_set: set[str] = field(default_factory=set)  # camera ids
    pin: str = PIN


class MortalHome(ForkedHome):
    """One configuration folder, and the owner in front of whatever process runs on it now."""

    def __init__(self, config: Path, nursery: Nursery, hub: HubSimulator, session: aiohttp.ClientSession) -> None:
        """Write the configuration; nothing is started."""
        port = free_port()
        super().__init__(config, port, session, nursery)
        self.hub = hub
        self.acknowledged = Acknowledged()
        self.said_yes: set[str] = set()  # digests of clips that the owner approved, answered or not
        (config / ".storage").mkdir(parents=True)
        (config / "configuration.yaml").write_text(CONFIGURATION.format(port=port, nobody=free_port()))
        (config / ".storage" / "onboarding").write_text(json.dumps(ONBOARDING))

    @property
    def folder(self) -> PrivateFolder:
        """Where the home keeps footage: each Home Assistant has another place for what is in no backup."""
        nowhere: Any = None
        here: Any = SimpleNamespace(config=Config(nowhere, str(self.config)))  # all that it is asked for
        return private_folder(here)

    async def begin(self, kill: Kill | None = None) -> None:
        """Start Home Assistant, doomed or not, and return at once; the hub's live statement is a newer one."""
        self.hub.publish()
        await self.fork(kill)

    async def make(self) -> None:
        """Start it for the first time, make the owner, and stop it, so that the sign-in is on the disk."""
        await self.begin()
        await self.up()
        await self.make_owner()
        await self.wait_until_running()  # a newer one that is told to stop before that writes nothing down
        await self.quit()

    # The owner

    async def entries(self) -> list[dict[str, Any]]:
        """Return this home's enrollments."""
        return list(await self.get("/api/config/config_entries/entry?domain=milton_share"))

    async def enrol(self, code: str = CODE) -> None:
        """Join by the config flow, as the owner does."""
        pin = {"pin": PIN, "pin_again": PIN}
        made = await self.flow(
            "milton_share", {"invitation": f"{self.hub.url}/enrol#code={code}"}, {"same_words": True}, pin
        )
        assert made["type"] == "create_entry", made

    async def entry_written(self) -> None:
        """Wait until Home Assistant wrote the enrollment down: without the PIN, which is elsewhere by then."""
        path = self.config / ".storage" / "core.config_entries"

        async def written() -> bool:
            if not path.exists():  # nothing was written yet
                return False
            kept = json.loads(path.read_bytes())["data"]["entries"]
            ours = [entry for entry in kept if entry["domain"] == "milton_share"]
            return bool(ours) and "approver" not in ours[0]["data"]

        await until(written, PATIENCE_S, "the enrollment is not written down")

    async def entry_gone(self) -> None:
        """Wait until Home Assistant wrote down that there is no enrollment."""

        async def gone() -> bool:
            text = (self.config / ".storage" / "core.config_entries").read_text()
            return '"milton_share"' not in text

        await until(gone, PATIENCE_S, "the enrollment is still written down")

    async def asked_to_join_again(self) -> None:
        """Wait until Home Assistant asks the owner to join again."""

        async def asked() -> bool:
            async with self.socket() as socket:
                flows = await socket.command("config_entries/flow/progress")
            return any(flow["handler"] == "milton_share" and flow["context"]["source"] == "reauth" for flow in flows)

        await until(asked, PATIENCE_S, "the owner isn't asked to join again")

    async def delete(self, path: str) -> None:
        """Ask for a deletion by the REST API."""
        await self._json("DELETE", path)

    async def command(self, kind: str, **fields: Any) -> Any:  # noqa: ANN401  a peer's JSON
        """Send one of the integration's commands."""
        async with self.socket() as socket:
            return await socket.command(f"milton_share/{kind}", **fields)

    async def state(self) -> dict[str, Any]:
        """Return what the owner sees; what was acknowledged is in it."""
        async with self.socket() as socket:
            event = await socket.first_event("milton_share/subscribe")
        state = dict(event["state"])
        self._keeps_its_word(state)
        return state

    async def seen(self, look: Callable[[dict[str, Any]], Any], otherwise: str) -> Any:  # noqa: ANN401
        """Wait until ``look`` finds something in what the owner sees; return it."""

        async def find() -> Any:  # noqa: ANN401
            try:
                return look(await self.state())
            except StepError as error:
                if "not_enrolled" in str(error) or "unknown_command" in str(error):  # it is still starting
                    return None
                raise

        return await until(find, PATIENCE_S, otherwise, every_s=0.05)

    async def ready(self) -> None:
        """Wait until the home runs and heard its hub."""
        await self.up()
        await self.seen(lambda state: state["snapshot"]["trust_rule"] is None, "the home does not believe its city")

    async def case(self, request_id: str, *states: str, with_footage: bool = False) -> dict[str, Any]:
        """Wait until the only case of a request is in one of these states; return it.

        ``with_footage``: wait also until the home has found again what there is, unless it is decided.
        """

        def found(one: dict[str, Any]) -> bool:
            waits = with_footage and one["state"] in {"held", "reviewing"} and one["footage_from"] is None
            return one["state"] in states and not waits

        def look(state: dict[str, Any]) -> dict[str, Any] | None:
            cases = [one for request in state["requests"] if request["request_id"] == request_id
                     for one in request["cases"]]  # fmt: skip
            return next((one for one in cases if found(one)), None)

        return dict(await self.seen(look, f"no case is {' or '.join(states)}"))

    async def until_indexed(self, name: str, count: int) -> None:
        """Wait until the recorder's index has a segment so often."""

        async def indexed() -> bool:
            path = self.folder.recordings / "index.sqlite3"
            with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
                query = "SELECT count(*) FROM segment WHERE name LIKE ?"
                return bool(connection.execute(query, (f"%{name}",)).fetchone()[0] == count)

        await until(indexed, PATIENCE_S, "the recorder's index is not as expected")

    async def until_told(self, request_id: str) -> None:
        """Wait until it is written down that phones were told of a request."""

        async def told() -> bool:
            path = self.config / ".storage" / "milton_share.db"
            with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
                query = "SELECT stage FROM notifications WHERE request_id = ?"
                return connection.execute(query, (request_id,)).fetchone() not in {None, ("first",)}

        await until(told, PATIENCE_S, "nobody was told")

    async def until_answered(self, share_id: str, column: str) -> None:
        """Wait until the hub's answer to the owner's agreement, or flag, is written down."""

        async def answered() -> bool:
            path = self.config / ".storage" / "milton_share.db"
            with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
                connection.row_factory = sqlite3.Row
                found = connection.execute("SELECT * FROM shares WHERE share_id = ?", (share_id,)).fetchone()
                return found is not None and found[column] == "agreed"

        await until(answered, PATIENCE_S, f"the hub's answer is not kept: {column}")

    async def until_said(self, share_id: str) -> None:
        """Wait until the hub's answer to the owner's word on passing a share on is written down."""

        async def answered() -> bool:
            path = self.config / ".storage" / "milton_share.db"
            with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
                query = "SELECT answer FROM passing_words WHERE share_id = ?"
                return bool(connection.execute(query, (share_id,)).fetchone() == ("agreed",))

        await until(answered, PATIENCE_S, "the hub's answer to the owner's word is not kept")

    async def set_camera(self, camera_id: str = CAMERA) -> None:
        """Say that a camera looks at the area and may be asked."""
        await self.command(
            "camera/set",
            camera_id=camera_id,
            placing="outdoor",
            eligible=True,
            position=[AREA.center.lat_e7, AREA.center.lon_e7],
            heading_deg=90,
            field_of_view_deg=90,
            range_m=30,
            recording="continuous",
            on_battery=False,
            record_also=False,
            also_told_by=[],
        )
        self.acknowledged.cameras_set.add(camera_id)

    def _keeps_words_on(self, share: dict[str, Any]) -> None:
        for said, kept in (("agreed", "early_wanted"), ("flagged", "flag_wanted"), ("passing", "passing")):
            if share["share_id"] in getattr(self.acknowledged, said):
                assert share[kept], f"an owner's word was lost: {said}"

    def _keeps_its_word(self, state: dict[str, Any]) -> None:
        cases = {one["case_id"]: one for request in state["requests"] for one in request["cases"]}
        for case_id, share_id in self.acknowledged.approved.items():
            if case_id in cases:
                share = cases[case_id]["share"]
                assert share is not None and share["share_id"] == share_id, "an approval was lost"  # noqa: PT018
        for one in cases.values():
            if one["request_id"] in self.acknowledged.declined:
                assert one["state"] == "declined", "a no was lost"
            if one["share"] and one["share"]["share_id"] in self.acknowledged.withdrawn:
                is_over = one["state"] == "withdrawn" or one["share"]["withdraw_refused"] is not None
                assert is_over or one["share"]["withdraw_wanted"], "a withdrawal was lost"
            self._keeps_words_on(one["share"] or {"share_id": None})
        for one in state["cameras"]:
            if one["camera_id"] in self.acknowledged.cameras_set:
                assert one["settings"]["eligible"], "what was said of a camera was lost"


type Journey = Callable[[MortalHome], Awaitable[None]]


async def visit(home: MortalHome, kill: Kill, journey: Journey) -> None:
    """Let the owner go on until the home dies at this step; fail, naming it, when it doesn't."""
    await home.begin(kill)
    going = asyncio.ensure_future(journey(home))
    dying = asyncio.ensure_future(home.died())
    try:
        with _named(kill, home):
            await asyncio.wait({going, dying}, timeout=PATIENCE_S, return_when=asyncio.FIRST_COMPLETED)
            if not dying.done() and going.done() and isinstance(going.exception(), AssertionError):
                await going
            await asyncio.wait({dying}, timeout=PATIENCE_S / 2)
            if not dying.done() and going.done():
                await going
            assert dying.done(), "no journey reached it"
            assert dying.result() == -signal.SIGKILL
            assert home.steps.read_text().splitlines()[-1] == str(kill)
    finally:
        for task in (going, dying):
            task.cancel()
        await asyncio.gather(going, dying, return_exceptions=True)


@contextmanager
def _named(kill: Kill, home: MortalHome) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        error.add_note(f"killed {kill.moment} {kill.step}; it said: {home.said()}")
        raise
