"""What a release says of itself: its parts, their licenses, known advisories, and how to report a hole."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    type Answer = Callable[[list[Any]], object]
    type Serve = Callable[[Answer], Awaitable[str]]

ROOT = Path(__file__).parents[2]
# Of servers, of types, and what tus-js-client has for Node.js alone: no browser gets them.
NOT_BUILT_IN = {
    *("@lit-labs/ssr-dom-shim", "@types/trusted-types"),
    *("buffer-from", "combine-errors", "custom-error-instance", "graceful-fs", "is-stream", "proper-lockfile"),
    *("retry", "signal-exit", "lodash._baseiteratee", "lodash._basetostring", "lodash._baseuniq", "lodash.throttle"),
    *("lodash._createset", "lodash._root", "lodash._stringtopath", "lodash.uniqby"),
}
SCHEMA = "http://cyclonedx.org/schema/bom-1.6.schema.json"
PURL = "pkg:pypi/aiohttp@"


@pytest.fixture(scope="module")
def bills(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write both bills."""
    folder = tmp_path_factory.mktemp("bills")
    write(folder)
    return folder


def write(folder: Path) -> None:
    """Write both bills into a folder."""
    subprocess.run([sys.executable, "-m", "scripts.bill", str(folder)], cwd=ROOT, check=True, capture_output=True)


def parts(bills: Path, name: str, kind: str, scope: str = "required|excluded") -> dict[str, set[str]]:
    """Return the versions of the parts that a bill lists, by name."""
    found: dict[str, set[str]] = {}
    for part in json.loads((bills / f"{name}.cdx.json").read_text())["components"]:
        if part["purl"].startswith(f"pkg:{kind}/") and re.fullmatch(scope, part["scope"]):
            found.setdefault(part["name"], set()).add(part["version"])
    return found


def pins(lock: str) -> dict[str, set[str]]:
    """Return what a lock pins."""
    found: dict[str, set[str]] = {}
    for line in (ROOT / "requirements" / f"{lock}.txt").read_text().splitlines():
        if not line.startswith((" ", "#")) and line:
            name, _, version = line.removesuffix("\\").partition(";")[0].strip().partition("==")
            found.setdefault(name, set()).add(version)
    return found


def test_the_hubs_bill_lists_what_its_lock_pins(bills: Path) -> None:
    """Each package once, at its pinned version; what only tests need is marked so."""
    assert parts(bills, "hub", "pypi") == pins("hub")
    runs = parts(bills, "hub", "pypi", "required").keys()
    assert {"aiohttp", "greenlet", "webauthn", "cbor2", "zeroconf"} <= runs
    assert runs & {"pytest", "playwright", "ruff", "ffmpeg-python", "cyclonedx-python-lib"} == set()


def test_the_homes_bill_lists_what_the_manifest_brings(bills: Path) -> None:
    """At the pins that the home's tests run on; none of Home Assistant's own."""
    found = parts(bills, "home", "pypi")
    assert found.keys() == {"aiomqtt", "paho-mqtt", "rfc8785"}
    assert found.items() <= pins("default").items()


def test_the_bills_list_what_is_built_into_the_pages_as_the_lock_has_it(bills: Path) -> None:
    """Every package that the lock has for the pages is in one of the bills with its version; none is made up."""
    lock = json.loads((ROOT / "frontend" / "package-lock.json").read_text())["packages"]
    locked: dict[str, set[str]] = {}
    for path, package in lock.items():
        _, inside, name = path.rpartition("node_modules/")
        if inside and not package.get("dev") and not package.get("link") and name not in NOT_BUILT_IN:
            locked.setdefault(name, set()).add(package["version"])
    home, hub = (parts(bills, name, "npm") for name in ("home", "hub"))
    assert home.keys() & hub.keys() == set()
    assert home | hub == locked


def test_the_same_tree_gives_the_same_bill_and_it_names_no_machine(bills: Path, tmp_path: Path) -> None:
    """No date, no random number, no path, and no address but that of the format's own schema."""
    write(tmp_path)
    for path in bills.iterdir():
        text = path.read_text()
        assert (tmp_path / path.name).read_text() == text
        bill = json.loads(text)
        assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
        assert re.findall(r"https?://[^\"]+", json.dumps(bill["components"]) + bill["$schema"]) == [SCHEMA]
        assert str(ROOT) not in text
        assert "timestamp" not in text
        assert "serialNumber" not in text


@pytest.fixture
async def database() -> AsyncIterator[Serve]:
    """Serve an advisory database whose answer to the queries is given."""
    runners: list[web.AppRunner] = []

    async def serve(answer: Answer) -> str:
        async def handle(request: web.Request) -> web.Response:
            return web.json_response(answer((await request.json())["queries"]))

        app = web.Application()
        app.router.add_post("/v1/querybatch", handle)
        runners.append(web.AppRunner(app))
        await runners[-1].setup()
        await web.TCPSite(runners[-1], "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{runners[-1].addresses[0][1]}"

    yield serve
    for each in runners:
        await each.cleanup()


async def asked(database: str) -> tuple[int | None, str]:
    """Run the check against a database; return its exit code and what it says."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "scripts.ask_advisories", "--database", database),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await process.communicate()
    return process.returncode, said.decode()


async def test_a_known_advisory_fails_the_check_and_is_named(
    database: Serve,
) -> None:
    """With the package that it is against."""

    def answer(queries: list[Any]) -> object:
        known = {"vulns": [{"id": "GHSA-test-0001"}]}
        return {"results": [known if each["package"]["purl"].startswith(PURL) else {} for each in queries]}

    code, said = await asked(await database(answer))
    assert code == 1
    assert re.search(rf"^{PURL}[0-9.]+: GHSA-test-0001$", said, re.MULTILINE)
    assert "Known advisories: 1." in said


async def test_no_known_advisory_passes_the_check(
    database: Serve,
) -> None:
    """Every package of both bills was asked for."""
    queried: list[str] = []

    def answer(queries: list[Any]) -> object:
        queried.extend(each["package"]["purl"] for each in queries)
        return {"results": [{} for _ in queries]}

    code, said = await asked(await database(answer))
    assert (code, said.startswith("Known advisories: 0.")) == (0, True)
    assert len(queried) == len(set(queried)) > 80
    assert any(each.startswith("pkg:npm/lit@") for each in queried)


@pytest.mark.parametrize("answer", [{"results": []}, {"results": None}, {}, [], "text", {"results": ["x"] * 500}])
async def test_a_database_whose_answer_cannot_be_read_is_no_clean_bill(database: Serve, answer: object) -> None:
    """It says that nothing was checked."""
    code, said = await asked(await database(lambda _: answer))
    assert (code, said.startswith("NOT CHECKED")) == (0, True)


async def test_a_database_that_is_not_there_is_no_clean_bill() -> None:
    """As on a machine without a network: no failure, and it is said plainly."""
    code, said = await asked("http://127.0.0.1:9")
    assert (code, said.startswith("NOT CHECKED")) == (0, True)


def test_the_security_policy_says_how_to_report_and_names_only_what_exists() -> None:
    """No address is made up: where the project is hosted isn't settled."""
    text = (ROOT / "SECURITY.md").read_text()
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert {"How to report", "Supported versions", "Scope", "Safe harbor"} <= set(headings)
    assert re.findall(r"https?://\S+|\S+@\S+", text) == []
    named = re.findall(r"`([\w./-]+/[\w./-]*)`|\]\(([\w./-]+)", text)
    assert [name for pair in named for name in pair if name and not (ROOT / name).exists()] == []
