"""A home that is killed, started again and gone on with: one Home Assistant process after the other, one folder."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import signal
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp

from tests.e2e.home_assistant import HOUSE, ONBOARDING, HomeAssistant
from tests.e2e.processes import StepError, until
from tests.simulators.city import AREA
from tests.simulators.hub import CODE

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Sequence

    from tests.simulators.hub import HubSimulator

ROOT = Path(__file__).parents[3]
CAMERA = "camera.front_door"
PIN = "271828"
PORTS = range(18_000, 32_000)  # below those that the system gives to whoever connects, also while the home is down
PATIENCE_S = 120.0  # for what takes a second or two; a loaded machine may take its time
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


@dataclass(frozen=True, slots=True)
class Kill:
    """A durable step and the moment at which the process dies: just before it, or just after."""

    step: str
    moment: str

    def __str__(self) -> str:
        """Say it as the file of steps does."""
        return f"{self.step} {self.moment}"


class Nursery:
    """The process that forks Home Assistants; one lives at a time."""

    def __init__(self, *, before: Sequence[str] = ()) -> None:
        """Start it, and wait until everything is imported; ``before`` stands before its command, to watch it."""
        unmeasured = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
        self._process = subprocess.Popen(  # what is killed writes no coverage down
            [*before, sys.executable, "-m", "tests.simulators.mortal_home"],
            cwd=ROOT,
            env=unmeasured,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._line() == "ready"

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    async def begin(self, **asked: object) -> int:
        """Fork one; return its pid."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        return int(await asyncio.to_thread(self._line))

    async def ended(self) -> int:
        """Return how the one that ended did."""
        return int(await asyncio.to_thread(self._line))

    def close(self) -> None:
        """End it; the last Home Assistant has ended."""
        self._process.communicate()


@dataclass(kw_only=True)
class Acknowledged:
    """What this home answered to its owner: it may never be lost."""

    approved: dict[str, str] = field(default_factory=dict)  # share ids by case id
    declined: set[str] = field(default_factory=set)  # request ids
    withdrawn: set[str] = field(default_factory=set)  # share ids
    agreed: set[str] = field(default_factory=set)  # share ids
    passing: set[str] = field(default_factory=set)  # share ids whose owner said yes to passing on
    asked: bool = False  # the hub asked about passing one on
    cameras_set: set[str] = field(default_factory=set)  # camera ids
    pin: str = PIN


class MortalHome(HomeAssistant):
    """One configuration folder, and the owner in front of whatever process runs on it now."""

    def __init__(self, config: Path, nursery: Nursery, hub: HubSimulator, session: aiohttp.ClientSession) -> None:
        """Write the configuration; nothing is started."""
        port = kept_port()
        super().__init__(config, port, session)
        self.hub = hub
        self.acknowledged = Acknowledged()
        self.said_yes: set[str] = set()  # digests of clips that the owner approved, answered or not
        self.steps = config / "steps.txt"
        self.child_file = config / "child.txt"
        self._nursery = nursery
        self._pid = 0
        self._pidfd = -1
        (config / ".storage").mkdir(parents=True)
        (config / "configuration.yaml").write_text(CONFIGURATION.format(port=port, nobody=kept_port()))
        (config / ".storage" / "onboarding").write_text(json.dumps(ONBOARDING))

    # The process

    @property
    def pid(self) -> int:
        """Process id of the running Home Assistant."""
        return self._pid

    async def begin(self, kill: Kill | None = None) -> None:
        """Start Home Assistant, doomed or not, and return at once; the hub's live statement is a newer one."""
        self.hub.publish()
        self.steps.write_bytes(b"")
        self._pid = await self._nursery.begin(
            config=str(self.config),
            log=str(self.config / "hass.out"),
            steps=str(self.steps),
            kill=[kill.step, kill.moment] if kill else None,
            child=str(self.child_file),
        )
        self._pidfd = os.pidfd_open(self._pid)

    async def died(self) -> int:
        """Wait for the end of the process; return its exit code, below zero for a signal."""
        loop = asyncio.get_running_loop()
        over = loop.create_future()
        loop.add_reader(self._pidfd, lambda: over.done() or over.set_result(None))
        try:
            await over
        finally:
            loop.remove_reader(self._pidfd)
        os.close(self._pidfd)
        self._pid, self._pidfd = 0, -1
        return await self._nursery.ended()

    async def kill(self) -> None:
        """End it as a power cut does."""
        os.kill(self._pid, signal.SIGKILL)
        await self.died()

    async def quit(self) -> None:
        """Ask it to stop, as a restart does."""
        os.kill(self._pid, signal.SIGTERM)
        async with asyncio.timeout(PATIENCE_S):
            await self.died()

    def doom_child(self, kill: Kill, number: signal.Signals) -> None:
        """Let the next cutting child get this signal at one of its steps."""
        self.child_file.with_name(f"{self.child_file.name}.pid").unlink(missing_ok=True)
        self.child_file.write_text(f"{kill.step} {kill.moment} {int(number)}")

    async def doomed_child(self) -> int:
        """Wait until that child is stopped, and return its process id."""

        async def stopped() -> int:
            try:
                pid = int(self.child_file.with_name(f"{self.child_file.name}.pid").read_text())
            except (FileNotFoundError, ValueError):
                return 0
            return pid if state_of(pid) == "T" else 0

        return await until(stopped, PATIENCE_S, "the cutter never came there", every_s=0.02)

    async def close(self) -> None:
        """Leave no process behind, whatever happened."""
        if self._pid:
            await self.kill()

    def said(self) -> str:
        """Return the end of what it said."""
        return (self.config / "hass.out").read_text(errors="replace")[-3000:]

    async def up(self) -> None:
        """Wait until it answers."""
        await until(self._answers_here, PATIENCE_S, "Home Assistant does not answer", every_s=0.05)

    async def _answers_here(self) -> bool:
        """Whether it answers, and to the owner too once there is one: it may be asked while it still starts."""
        signed_in = bool(self._tokens)
        headers = {"Authorization": f"Bearer {self._tokens['access_token']}"} if signed_in else {}
        try:
            async with self._http.get(
                f"{self.url}/{'api/' if signed_in else 'manifest.json'}", headers=headers
            ) as answer:
                return answer.ok
        except aiohttp.ClientError:
            return False

    async def make(self) -> None:
        """Start it for the first time, make the owner, and stop it, so that the sign-in is on the disk."""
        await self.begin()
        await self.up()
        await self.make_owner()
        await self.quit()

    # The owner

    async def entries(self) -> list[dict[str, Any]]:
        """Return this home's enrolments."""
        return list(await self.get("/api/config/config_entries/entry?domain=milton_share"))

    async def enrol(self, code: str = CODE) -> None:
        """Join by the config flow, as the owner does."""
        pin = {"pin": PIN, "pin_again": PIN}
        made = await self.flow(
            "milton_share", {"invitation": f"{self.hub.url}/enrol#code={code}"}, {"same_words": True}, pin
        )
        assert made["type"] == "create_entry", made

    async def entry_written(self) -> None:
        """Wait until Home Assistant wrote the enrolment down: without the PIN, which is elsewhere by then."""

        async def written() -> bool:
            kept = json.loads((self.config / ".storage" / "core.config_entries").read_bytes())["data"]["entries"]
            ours = [entry for entry in kept if entry["domain"] == "milton_share"]
            return bool(ours) and "approver" not in ours[0]["data"]

        await until(written, PATIENCE_S, "the enrolment is not written down")

    async def entry_gone(self) -> None:
        """Wait until Home Assistant wrote down that there is no enrolment."""

        async def gone() -> bool:
            text = (self.config / ".storage" / "core.config_entries").read_text()
            return '"milton_share"' not in text

        await until(gone, PATIENCE_S, "the enrolment is still written down")

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
            path = self.config / ".milton_share.log.d" / "recordings" / "index.sqlite3"
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

    async def until_agreed(self, share_id: str) -> None:
        """Wait until the hub's answer to the owner's agreement is written down."""

        async def answered() -> bool:
            path = self.config / ".storage" / "milton_share.db"
            with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
                query = "SELECT agreement_answer FROM shares WHERE share_id = ?"
                return bool(connection.execute(query, (share_id,)).fetchone() == ("agreed",))

        await until(answered, PATIENCE_S, "the hub's answer to the agreement is not kept")

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
            if one["share"] and one["share"]["share_id"] in self.acknowledged.agreed:
                assert one["share"]["early_wanted"], "an agreement was lost"
            if one["share"] and one["share"]["share_id"] in self.acknowledged.passing:
                assert one["share"]["passing"], "a word on passing on was lost"
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


def kept_port() -> int:
    """Return a port of the loopback that nobody else is given from one start to the next."""
    while True:
        port = secrets.choice(PORTS)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def state_of(pid: int) -> str:
    """Return a process's state as the kernel names it, "Z" also for one that is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return "Z"
