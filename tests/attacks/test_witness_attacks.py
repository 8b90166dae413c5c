"""Witnesses that lie, and logs that are not what they were: what the hub believes, says and publishes."""

from __future__ import annotations

import asyncio
import json
import logging
import shutil
import socket
from typing import TYPE_CHECKING

import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver
from aiohttp.test_utils import TestServer
from sqlalchemy import select

from hub.audit.model import AuditRow
from hub.kit.settings import Settings
from hub.kit.settings_table import SETTINGS_NAME
from hub.witnesses.line import Line
from hub.witnesses.troubles import NotCosignedError, Trouble
from milton_protocol.messages.requests.bundle import Bundle
from milton_protocol.translog.proof import TlogProof
from milton_protocol.translog.verifier_key import SignatureType, VerifierKey
from milton_protocol.translog.witness import WitnessPolicy, verify_witnessed
from tests.cases import in_ci
from tests.simulators.agency import found_agency, serving_agency
from tests.simulators.database_file import Books
from tests.simulators.hub_bench import MovableClock
from tests.simulators.log_witness import Manner, serving
from tests.simulators.witnessed import log_key, name_witnesses, signed_request, witnessed_agency

if TYPE_CHECKING:
    from pathlib import Path

    from aiohttp.abc import ResolveResult

    from tests.simulators.agency import Agency

LIES = [
    *(Manner.HTML, Manner.PACKED, Manner.TOO_LONG, Manner.WRONG_KEY, Manner.OTHER_CHECKPOINT, Manner.FROM_PAST),
    *(Manner.FROM_FUTURE, Manner.TWICE, Manner.TWICE_ONE_FALSE, Manner.TOO_MANY_LINES, Manner.NOT_UTF8, Manner.INJECTS),
    *(Manner.CONFLICTS_FOR_EVER, Manner.CONFLICT_GARBLED, Manner.HANGS_UP),
]


async def cosigners(agency: Agency, request_id: str, policy: WitnessPolicy) -> list[str]:
    """Return who cosigned a published request's proof, as a home with this policy finds it."""
    async with agency.hub.database.reading() as session:
        bundle = await agency.hub.topics.get(session, f"requests/{request_id}")
    assert bundle is not None
    note = TlogProof.parse(Bundle.from_bytes(bundle).log_proof).checkpoint_note
    return [key.name for key, _ in verify_witnessed(note, log_key(agency.settings), policy, agency.clock()).cosigned]


@pytest.mark.parametrize("lie", in_ci(LIES, [Manner.TWICE, Manner.WRONG_KEY, Manner.HANGS_UP]))
async def test_a_witness_that_lies_spoils_no_proof_and_stops_no_other(tmp_path: Path, lie: Manner) -> None:
    """A home that knows both reads the proof, and counts who cosigned it; two lines of one key are one witness."""
    async with serving("liar.example") as liar, serving("honest.example") as honest:
        liar.manner = lie
        async with witnessed_agency(tmp_path, liar, honest, quorum=1) as agency:
            request_id = await agency.published()
            policy = WitnessPolicy(quorum=1, witnesses=(liar.key, honest.key))
            expected = ["liar.example", "honest.example"] if lie is Manner.TWICE else ["honest.example"]
            assert await cosigners(agency, request_id, policy) == expected


@pytest.mark.parametrize(
    "lie",
    in_ci(
        [each for each in LIES if each is not Manner.TWICE],
        [Manner.WRONG_KEY, Manner.INJECTS, Manner.PACKED, Manner.NOT_UTF8],
    ),
)
async def test_no_lie_counts_for_the_citys_quorum(tmp_path: Path, lie: Manner) -> None:
    """The request waits."""
    async with serving("liar.example") as liar:
        liar.manner = lie
        async with witnessed_agency(tmp_path, liar, quorum=1) as agency:
            request_id = await signed_request(agency)
            status, answer = await (await agency.desk("officer")).act(request_id, "publish")
            assert (status, answer["state"], answer["witnesses_seen"]) == (200, "logged", 0)


async def test_one_witness_of_three_can_not_stop_the_city_by_a_claim(tmp_path: Path) -> None:
    """That it has seen more has no signature; two that cosign do. It is said all the same."""
    async with serving("liar.example") as liar, serving("one.example") as one, serving("two.example") as two:
        for claim in (Manner.CLAIMS_MORE, Manner.CLAIMS_FORK):
            async with witnessed_agency(tmp_path / claim, liar, one, two, quorum=2) as agency:
                await agency.published()
                liar.manner = claim
                await agency.published(case_number="26-10001")
                health = json.loads((await agency.get("/health"))[1])
                assert health["degraded"] == ["log_denied"]
            for each in (liar, one, two):
                each.manner, each.seen = Manner.BEHAVES, {}


async def test_a_hub_that_was_restored_to_a_smaller_log_publishes_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The witness has seen more: watchers and administrators read it, the log has it once, the trail too."""
    settings, passkeys = await asyncio.to_thread(found_agency, tmp_path)
    async with serving() as witness:
        settings = name_witnesses(settings, witness)
        async with serving_agency(settings, passkeys, MovableClock()) as agency:
            await agency.published()
        backup = tmp_path / "backup.sqlite"
        shutil.copy(settings.folder / "hub.sqlite", backup)
        async with serving_agency(settings, passkeys, MovableClock()) as agency:
            await agency.published(case_number="26-10002")
            await agency.published(case_number="26-10003")
        for old in settings.folder.glob("hub.sqlite*"):
            old.unlink()
        shutil.copy(backup, settings.folder / "hub.sqlite")
        with caplog.at_level(logging.WARNING):
            for _ in range(2):  # and once more after another start
                async with serving_agency(settings, passkeys, MovableClock()) as agency:
                    await agency.hub.jobs.run_now("witnesses")
                    await check_stopped(agency, "seen 3 of it")
        said = [each for each in caplog.records if "says that it has seen more" in each.getMessage()]
        assert [each.levelname for each in said] == ["ERROR"]


async def check_stopped(agency: Agency, words: str) -> None:
    """Check that nothing is published, and who reads why."""
    officer = await agency.desk("officer")
    request_id = await signed_request(agency, case_number="26-10009")
    status, answer = await officer.act(request_id, "publish")
    assert (status, answer["error"]) == (503, "log_denied")
    assert "log_denied" in json.loads((await agency.get("/health"))[1])["degraded"]
    desk = await agency.desk("officer")
    async with agency.session.get(f"{agency.officers_url}/requests/{request_id}", headers=desk.headers) as page:
        text = await page.text()
    assert 'data-notice="log_denied"' in text
    assert words in text
    async with agency.hub.database.reading() as session:
        rows = await session.scalars(select(AuditRow).where(AuditRow.action == "log.denied"))
        assert len(rows.all()) == 1
        assert await agency.hub.topics.get(session, f"requests/{request_id}") is None


async def test_a_request_that_was_logged_before_the_log_was_denied_is_not_sent(tmp_path: Path) -> None:
    """It waits; once the witness cosigns again it is sent, and the trail says both."""
    async with serving() as witness, witnessed_agency(tmp_path, witness) as agency:
        await agency.published()
        request_id = await signed_request(agency, case_number="26-10002")
        witness.manner = Manner.CLAIMS_FORK
        officer = await agency.desk("officer")
        status, answer = await officer.act(request_id, "publish")
        assert (status, answer["state"]) == (200, "logged")
        async with agency.hub.database.reading() as session:
            assert await agency.hub.topics.get(session, f"requests/{request_id}") is None
        async with agency.session.get(f"{agency.officers_url}/requests/{request_id}", headers=officer.headers) as page:
            assert "Waits: the log's witnesses deny it" in await page.text()
        await check_stopped(agency, "does not go on from the 1 that it has seen")
        witness.manner = Manner.BEHAVES
        await agency.hub.jobs.run_now("publications")
        assert (await officer.ask("GET", f"/api/requests/{request_id}"))[1]["state"] == "published"
        async with agency.hub.database.reading() as session:
            rows = await session.scalars(select(AuditRow).where(AuditRow.action == "log.affirmed"))
            assert [row.subject for row in rows] == [witness.name]
        assert json.loads((await agency.get("/health"))[1])["degraded"] == []


async def test_what_becomes_of_witnesses_and_its_row_of_the_trail_are_one(tmp_path: Path) -> None:
    """Law 7: without its row no log is denied or cosigned again, and no request waits; each is tried again."""
    async with serving() as witness, witnessed_agency(tmp_path, witness, quorum=1) as agency:
        await agency.published()
        officer, request_id = await agency.desk("officer"), await signed_request(agency, case_number="26-10002")
        url = f"{agency.officers_url}/api/requests/{request_id}/publish"
        books, of_witnesses = Books(path=agency.settings.folder / "hub.sqlite"), ("witness", "log_cosignature")

        async def publish() -> int:
            async with agency.session.post(url, json={}, headers=officer.headers) as answer:
                return answer.status

        async def refused(action: str, *tables: str) -> None:
            before = books.all_but_the_trail()
            with books.refusing("audit", f"NEW.action = '{action}'"):
                assert await publish() == 500
            after = books.all_but_the_trail()
            assert [name for name in tables if before[name] != after[name]] == []
            assert action not in books.acts()

        witness.manner = Manner.CLAIMS_FORK
        await refused("log.denied", *of_witnesses)
        await refused("request.waits", "request")
        assert await publish() == 200
        witness.manner = Manner.BEHAVES
        await refused("log.affirmed", *of_witnesses)
        assert await publish() == 200
        told = [act for act in books.acts() if act in {"log.denied", "log.affirmed", "request.waits"}]
        assert told == ["log.denied", "request.waits", "log.affirmed"]
        assert (await officer.ask("GET", f"/api/requests/{request_id}"))[1]["state"] == "published"


async def test_no_redirect_leads_to_an_inner_address(tmp_path: Path) -> None:
    """The other place is never asked; the answer is none of a witness."""
    heard: list[str] = []

    async def inner(request: web.Request) -> web.Response:
        heard.append(request.path)
        return web.Response(text="the cloud's keys")

    application = web.Application()
    application.router.add_route("*", "/{path:.*}", inner)
    async with TestServer(application, host="127.0.0.1") as elsewhere, serving() as witness:
        witness.manner, witness.elsewhere = Manner.REDIRECTS, str(elsewhere.make_url("/latest/meta-data"))
        async with witnessed_agency(tmp_path, witness) as agency:
            request_id = await agency.published()
            policy = WitnessPolicy(quorum=0, witnesses=(witness.key,))
            assert await cosigners(agency, request_id, policy) == []
    assert heard == []


class _Leading(AbstractResolver):
    """Knows one address for every name."""

    def __init__(self, address: str) -> None:
        self.address = address

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return it."""
        return [
            {"hostname": host, "host": self.address, "port": port, "family": family, "proto": 0, "flags": 0},
        ]

    async def close(self) -> None:
        """Nothing is open."""


@pytest.mark.parametrize("address", ["127.0.0.1", "169.254.169.254", "::1", "0.0.0.0", "::ffff:127.0.0.1"])  # noqa: S104
async def test_a_name_that_leads_to_an_inner_address_is_not_followed(address: str) -> None:
    """Whoever owns a witness's name in the DNS can't have the hub speak to this machine or its cloud."""
    line = Line(resolver=_Leading(address))
    async with line.running():
        with pytest.raises(NotCosignedError) as refused:
            await line.post("https://witness.example/add-checkpoint", b"old 0\n\n")
    assert refused.value.trouble is Trouble.AWAY


async def test_the_hubs_own_keys_are_no_witnesses(tmp_path: Path) -> None:
    """Who took the hub can't let it witness itself: the settings with its key are refused, and homes don't count it."""
    settings, passkeys = await asyncio.to_thread(found_agency, tmp_path)
    own = VerifierKey(
        name="watch.example", signature_type=SignatureType.COSIGNATURE, public_key=log_key(settings).public_key
    )
    file = settings.folder / SETTINGS_NAME
    file.write_text(file.read_text() + f'\n[[witness]]\nvkey = "{own.format()}"\nurl = "https://watch.example"\n')
    with pytest.raises(ValueError, match="a key of this hub"):
        async with serving_agency(Settings.load(tmp_path), passkeys, MovableClock()):
            pass
