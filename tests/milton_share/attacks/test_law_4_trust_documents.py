"""Law 4: a city with bad trust documents, or with signatures of too few witnesses, offers nothing to share."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from custom_components.milton_share.shared.milton_protocol.messages.requests.bundle import Bundle
from tests.cases import in_ci
from tests.milton_share.conftest import PIN
from tests.simulators.city import LOG_ORIGIN, OFFICER, ed25519

from .test_law_4_every_refusal import HARMLESS, lines_of, state

if TYPE_CHECKING:
    from collections.abc import Callable

    from custom_components.milton_share.cases.model import CaseView
    from tests.milton_share.conftest import Home
    from tests.milton_share.panel.conftest import Line
    from tests.simulators.city import City
    from tests.simulators.hub import HubSimulator

DOCUMENTS = "the city's trust documents"
ANSWERED_S = 1.0  # what was asked before the documents changed has its answer by then
WITNESSES = ("witness-1", "witness-2", "witness-3")


class Row(NamedTuple):
    """What a hub, or who holds some of the city's keys, does to the documents; and the rule."""

    named: str
    bend: Callable[[HubSimulator], None]
    rule: str


def directory(**changes: timedelta) -> Callable[[HubSimulator], None]:
    """Return a row's deed: publish a directory with times so far from now."""

    def bend(hub: HubSimulator) -> None:
        times = {name: hub.city.now + delta for name, delta in changes.items()}
        hub.city.directory = replace(hub.city.directory, serial=hub.city.directory.serial + 1, **times)
        hub.publish()

    return bend


def signed_by(*names: str) -> Callable[[HubSimulator], None]:
    """Return a row's deed: have these keys sign the directory."""

    def bend(hub: HubSimulator) -> None:
        hub.city.directory_signers = tuple(ed25519(name) for name in names)
        hub.publish()

    return bend


def record(**changes: timedelta) -> Callable[[HubSimulator], None]:
    """Return a row's deed: publish a city record with times so far from now."""

    def bend(hub: HubSimulator) -> None:
        times = {name: hub.city.now + delta for name, delta in changes.items()}
        hub.city.record = replace(hub.city.record, serial=hub.city.record.serial + 1, **times)
        hub.publish()

    return bend


def another_root(hub: HubSimulator) -> None:
    """Sign the city record by another root."""
    hub.city.root_key = ed25519("usurper")
    hub.publish()


def live(**changes: object) -> Callable[[HubSimulator], None]:
    """Return a row's deed: publish a live statement with these fields."""

    def bend(hub: HubSimulator) -> None:
        hub.city.sequence += 1
        hub.put("live", hub.city.live_envelope(**changes))

    return bend


def stale(hub: HubSimulator) -> None:
    """Say nothing for a day."""
    past = hub.city.now - timedelta(hours=25)
    live(issued_at=past, expires_at=past + timedelta(hours=24))(hub)


def early(hub: HubSimulator) -> None:
    """Date the live statement tomorrow."""
    ahead = hub.city.now + timedelta(hours=24)
    live(issued_at=ahead, expires_at=ahead + timedelta(hours=24))(hub)


def of_another_key(hub: HubSimulator) -> None:
    """Sign the live statement by another key."""
    key, hub.city.hub_key = hub.city.hub_key, ed25519("somebody")
    live()(hub)
    hub.city.hub_key = key


def rolled_back_directory(hub: HubSimulator) -> None:
    """Name, in a new live statement, a directory older than the one believed last."""
    newest = hub.city.directory
    hub.city.directory = replace(newest, serial=newest.serial - 1)
    hub.put("directory", hub.city.directory_envelope())
    live()(hub)
    hub.city.directory = newest


ROWS = (
    Row(
        "directory expired",
        directory(issued_at=timedelta(days=-20), expires_at=timedelta(minutes=-1)),
        "directory_expired",
    ),
    Row(
        "directory of tomorrow",
        directory(issued_at=timedelta(days=1), expires_at=timedelta(days=5)),
        "directory_not_yet_valid",
    ),
    Row("directory signed by one key", signed_by("directory-1"), "signature_missing"),
    Row("directory signed by one key and the hub", signed_by("directory-1", "hub"), "signature_missing"),
    Row("directory rolled back", rolled_back_directory, "live_names_other_directory"),
    Row("live statement stale", stale, "live_expired"),
    Row("live statement of tomorrow", early, "live_not_yet_valid"),
    Row("live statement of another city", live(agency_id="alpharetta-pd"), "agency_differs"),
    Row("live statement by another key", of_another_key, "signature_missing"),
    Row("live statement for another directory", live(directory_sha256="ab" * 32), "live_names_other_directory"),
    Row("live statement for another city record", live(city_record_sha256="ab" * 32), "live_names_other_city_record"),
    Row(
        "city record expired",
        record(issued_at=timedelta(days=-300), expires_at=timedelta(minutes=-1)),
        "city_record_expired",
    ),
    Row("city record by another root", another_root, "signature_missing"),
)


def mended(hub: HubSimulator, good: City) -> None:
    """Publish the city's good trust documents again, each newer than the bad ones."""
    city = hub.city
    city.root_key, city.directory_signers = good.root_key, good.directory_signers
    city.record = replace(good.record, serial=city.record.serial + 1)
    city.directory = replace(good.directory, serial=city.directory.serial + 1)
    hub.publish()
    for topic, document in (("city-record", city.city_record_envelope()), ("directory", city.directory_envelope())):
        hub.put(topic, document)
    hub.put("live", city.live_envelope())


async def looked_at_in_the_log(
    home: Home, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> CaseView:
    """Have a clip ready to be shared; from then on refusals are logged at once, not those while documents came."""
    await home.place_camera()
    case = await home.looked_at()
    monkeypatch.setattr("custom_components.milton_share.city.refusal_log.SETTLED_AFTER", timedelta(0))
    caplog.set_level(logging.INFO, "custom_components.milton_share")
    return case


@pytest.mark.usefixtures("recorded")
async def test_a_city_whose_papers_are_not_in_order_offers_nothing(
    home: Home, line: Line, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One after the other at one home, with a clip that was ready to be shared: refused, said once, and mended."""
    case = await looked_at_in_the_log(home, caplog, monkeypatch)
    assert case.clip is not None
    good = replace(home.hub.city)
    for row in ROWS:
        mended(home.hub, good)
        await home.until(lambda: home.state().snapshot.trust_rule is None, 30)  # the last that a judgement changes
        assert home.request(case.request_id).refused is None
        caplog.clear()
        row.bend(home.hub)
        await home.until(lambda row=row: home.state().snapshot.trust_rule == row.rule, 30)
        now = await state(line)
        (shown,) = now["requests"]
        assert (shown["refused"], now["snapshot"]["open_requests"]) == (row.rule, 0), row.named
        assert await asked(line, shown) == {row.rule}, row.named
        await home.restart()
        await home.until(lambda row=row: home.state().snapshot.trust_rule == row.rule and home.state().requests, 30)
        said = [one for one in lines_of(caplog, DOCUMENTS) if one.startswith("Refused")]
        assert [one for one in said if one.endswith(f"by the rule {row.rule}")] == said[-1:], (row.named, said)
    assert set(home.hub.paths()) <= HARMLESS
    assert home.hub.shares == {}
    mended(home.hub, good)
    await home.until(lambda: home.request(case.request_id).refused is None, 30)
    assert home.case(case.request_id).state == "reviewing", "what can't be judged now is not ended"
    await home.approve(home.case(case.request_id))
    await home.until(lambda: home.case(case.request_id).state == "receipted", 30)


async def asked(line: Line, shown: dict[str, Any]) -> set[str]:
    """Return the rules by which the one case of a request can't be looked at, nor approved."""
    (case,) = shown["cases"]
    clip = case["clip"]
    look = {"from": clip["from"], "until": clip["until"], "audio": False}
    approve = {"clip_sha256": clip["clip_sha256"], "recipients_sha256": shown["recipients_sha256"], "pin": PIN}
    return {
        await line.refusal("look", case_id=case["case_id"], **look),
        await line.refusal("approve", case_id=case["case_id"], **approve, named=False, keep_sources=False),
    }


@pytest.mark.usefixtures("recorded")
async def test_a_live_statement_that_was_rolled_back_offers_nothing(
    home: Home, line: Line, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hub takes its newest word away, that a request is withdrawn, and shows the one before, that both are live."""
    case = await looked_at_in_the_log(home, caplog, monkeypatch)
    request_id = await home.receive(reason="Another dwelling was entered the same night.")
    await home.until(lambda: home.state().snapshot.open_requests == 2)
    older = home.hub.city.live_envelope()
    home.hub.city.withdrawn.add(request_id)
    home.hub.publish()
    await home.until(lambda: home.request(request_id).refused == "withdrawn")
    home.hub.put("live", None)
    await home.until(lambda: home.state().snapshot.trust_rule == "papers_missing")
    for _ in range(2):  # the second time after a restart
        home.hub.put("live", older)
        reads = len(home.hub.calls)
        await home.until(lambda reads=reads: len(home.hub.calls) > reads + 3 and home.state().requests)
        shown = {one["request_id"]: one for one in (await state(line))["requests"]}
        assert {one["refused"] for one in shown.values()} == {"papers_missing"}
        assert await asked(line, shown[case.request_id]) == {"papers_missing"}
        await home.restart()
    assert [one for one in caplog.messages if one.startswith("Refused")] == [
        f"Refused: request {request_id}, by the rule withdrawn",
        f"Refused: {DOCUMENTS}, by the rule papers_missing",
    ]
    home.hub.publish()
    await home.until(lambda: (one := home.request(request_id)) is not None and one.refused == "withdrawn")
    assert home.case(case.request_id).state == "reviewing"
    assert home.hub.shares == {}


@pytest.mark.usefixtures("recorded")
async def test_too_few_witnesses_leave_nothing_to_share(
    home: Home, line: Line, caplog: pytest.LogCaptureFixture
) -> None:
    """The owner asks for two of three, the city for one or three: the greater counts, and nothing lowers it."""
    city = home.hub.city
    vkeys = [city.witness_key(name).format() for name in WITNESSES]
    await home.place_camera()
    case = await home.looked_at()
    request_id = case.request_id
    await home.until(lambda: home.request(request_id).notices == ("demo_city", "no_witness"))
    (shown,) = (await state(line))["requests"]  # with its clip: the case lapses with what is no longer believed
    await line.result("witnesses/set", quorum=2, witnesses=vkeys, pin=PIN)
    await home.until(lambda: home.request(request_id).refused == "not_witnessed")
    assert await asked(line, shown) == {"not_witnessed"}
    city.witnesses = WITNESSES[:1]
    alone = await home.receive(reason="Another dwelling was entered the same night.")
    await home.until(lambda: home.request(alone).refused == "not_witnessed")
    city.witnesses = WITNESSES[1:]
    enough = await home.receive(reason="A third dwelling was entered the same night.")
    await home.until(lambda: home.request(enough).refused is None)
    assert home.request(enough).notices == ("demo_city",)
    logged = home.request(enough).logged
    assert [(one.name, one.vkey) for one in logged.witnesses] == list(zip(WITNESSES[1:], vkeys[1:], strict=True))
    assert all(timedelta(0) <= city.now - one.at < timedelta(minutes=5) for one in logged.witnesses)
    assert (logged.log, logged.entry, logged.size) == (LOG_ORIGIN, 2, 3)
    assert home.request(alone).logged is None
    await home.restart()
    await home.until(lambda: home.state().snapshot.trust_rule is None and len(home.state().requests) == 3)
    assert home.request(enough).refused is None
    assert home.request(alone).refused == "not_witnessed"
    assert home.request(alone).cases == ()
    for one in (request_id, alone):
        assert lines_of(caplog, one) == [f"Refused: request {one}, by the rule not_witnessed"]
    city.record = replace(city.record, serial=2, witness_quorum=1)
    home.hub.publish()
    await home.until(lambda: home.state().city.witness_quorum == 2 and home.request(enough).refused is None)
    city.record = replace(city.record, serial=3, witness_quorum=3)
    home.hub.publish()
    await home.until(lambda: home.request(enough).refused == "not_witnessed")
    shown = (await state(line))["city"]
    assert (shown["witness_quorum"], shown["own_witness_quorum"], shown["witnesses"]) == (3, 2, vkeys)


async def test_a_cosignature_of_the_year_3000_counts_for_nothing_and_stops_nothing(home: Home, line: Line) -> None:
    """A witness's key that was stolen for an hour would else vouch for the log forever; the others still count."""
    city = home.hub.city
    await home.place_camera()
    vkeys = [city.witness_key(name).format() for name in WITNESSES]
    await line.result("witnesses/set", quorum=1, witnesses=vkeys, pin=PIN)
    city.cosigned_at = {WITNESSES[0]: datetime(3000, 1, 1, tzinfo=UTC), WITNESSES[1]: city.now + timedelta(minutes=6)}
    city.witnesses = WITNESSES[:2]
    ahead = await home.receive(reason="A dwelling was entered the same night.")
    await home.until(lambda: home.request(ahead).refused == "not_witnessed")
    city.witnesses = WITNESSES
    one_good = await home.receive(reason="Another dwelling was entered the same night.")
    await home.until(lambda: home.request(one_good).refused is None)
    assert [each.name for each in home.request(one_good).logged.witnesses] == [WITNESSES[2]]


async def test_a_request_whose_proof_gets_the_witness_later_is_offered_then(home: Home, line: Line) -> None:
    """The hub sends the same request with another proof; nothing else of it may differ."""
    city = home.hub.city
    await line.result("witnesses/set", quorum=1, witnesses=[city.witness_key(WITNESSES[0]).format()], pin=PIN)
    request_id = await home.receive()
    await home.until(lambda: home.request(request_id).refused == "not_witnessed")
    city.witnesses = WITNESSES[:1]
    sent = Bundle.from_bytes(city.bundles[request_id])
    city.bundles[request_id] = replace(sent, log_proof=city.log_proof(0)).to_bytes()
    home.hub.publish()
    await home.until(lambda: home.request(request_id).refused is None)
    assert [one.name for one in home.request(request_id).logged.witnesses] == list(WITNESSES[:1])


async def test_a_city_that_asks_for_witnesses_a_home_does_not_know_offers_nothing(home: Home) -> None:
    """Whom to believe is the owner's to say: a name that the hub made up counts for nothing."""
    city = home.hub.city
    city.witnesses = WITNESSES
    city.record = replace(city.record, serial=2, witness_quorum=1)
    request_id = await home.receive()
    await home.until(lambda: home.request(request_id).refused == "not_witnessed")


async def test_only_the_owner_says_who_the_witnesses_are(home: Home, line: Line) -> None:
    """With the PIN; of the right form; and never more than there are."""
    good = home.hub.city.witness_key("witness-1").format()
    for change, rule in (
        ({"pin": "314159"}, "wrong_pin"),
        ({"witnesses": ["no key"]}, "verifier_key_malformed"),
        ({"witnesses": [good, good]}, "witness_policy_malformed"),
        ({"quorum": 2}, "witness_policy_malformed"),
        ({"quorum": 9}, "invalid_format"),
    ):
        asked_for = {"quorum": 1, "witnesses": [good], "pin": PIN} | change
        assert await line.refusal("witnesses/set", **asked_for) == rule
    assert home.state().city is None or home.state().city.witnesses == ()


# Between two steps of the owner


def revoked_officer(city: City) -> None:
    """Revoke the officer."""
    city.revoke("person", OFFICER)


def revoked_recipient(city: City) -> None:
    """Revoke a custodian's key."""
    city.revoke("recipient", "custodian-1")


def revoked_and_no_longer_named(city: City) -> None:
    """Revoke a custodian's key, and end the request at the hub as a hub does that honors revocations."""
    revoked_recipient(city)
    city.unsaid.update(city.bundles)


def revoked_and_called_withdrawn(city: City) -> None:
    """Revoke a custodian's key while the hub says that the request was merely withdrawn."""
    revoked_recipient(city)
    city.withdrawn.update(city.bundles)


def recipients_changed(city: City) -> None:
    """Give a custodian another key."""
    first, *others = city.directory.recipients
    other = replace(first, age_recipient=city.directory.recipients[1].age_recipient)
    city.directory = replace(city.directory, serial=2, recipients=(other, *others))


def withdrawn(city: City) -> None:
    """Take the request back."""
    city.withdrawn.update(city.bundles)


def directory_lapsed(city: City) -> None:
    """Let the directory run out."""
    past = city.now - timedelta(minutes=1)
    city.directory = replace(city.directory, serial=2, issued_at=past - timedelta(days=20), expires_at=past)


MIDWAY = {
    revoked_officer: ("revoked", "lapsed"),
    revoked_recipient: ("revoked", "lapsed"),
    recipients_changed: ("recipient_unknown", "lapsed"),
    withdrawn: ("withdrawn", "lapsed"),
    directory_lapsed: ("directory_expired", "reviewing"),
}


@pytest.mark.usefixtures("recorded")
@pytest.mark.parametrize("bend", in_ci(MIDWAY, [revoked_officer, directory_lapsed]), ids=lambda bend: bend.__name__)
async def test_what_changes_between_looking_and_approving_stops_the_share(
    home: Home, line: Line, caplog: pytest.LogCaptureFixture, bend: Callable[[City], None]
) -> None:
    """The clip that was looked at can't be shared; why is shown, and logged once; what can come right is kept."""
    caplog.set_level(logging.INFO, "custom_components.milton_share")
    await home.place_camera()
    case = await home.looked_at()
    (before,) = (await state(line))["requests"]
    rule, state_then = MIDWAY[bend]
    bend(home.hub.city)
    home.hub.publish()
    await home.until(lambda: home.request(case.request_id).refused == rule)
    await home.until(lambda: home.case(case.request_id).state == state_then)
    assert await asked(line, before) == {rule}
    await home.restart()
    await home.until(lambda: (one := home.request(case.request_id)) is not None and one.refused == rule)
    (shown,) = (await state(line))["requests"]
    assert (shown["refused"], await asked(line, before)) == (rule, {rule})
    refused = [one for one in caplog.messages if one.startswith("Refused")]
    subject = DOCUMENTS if rule == "directory_expired" else f"request {case.request_id}"
    assert refused == [f"Refused: {subject}, by the rule {rule}"]
    assert set(home.hub.paths()) <= HARMLESS
    assert home.hub.shares == {}


@pytest.mark.usefixtures("recorded")
@pytest.mark.parametrize(
    ("bend", "rule", "state_then"),
    [
        pytest.param(revoked_officer, "revoked", "withdrawn", marks=pytest.mark.long),
        (revoked_recipient, "revoked", "withdrawn"),
        pytest.param(recipients_changed, "recipient_unknown", "withdrawn", marks=pytest.mark.long),
        (withdrawn, "withdrawn", "lapsed"),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
async def test_what_changes_before_the_hub_has_it_stops_the_share(
    home: Home, bend: Callable[[City], None], rule: str, state_then: str
) -> None:
    """Approved and sealed, but the hub takes nothing yet: no byte of footage goes, and the owner sees why."""
    hub = home.hub
    await home.place_camera()
    case = await home.looked_at()
    hub.answers["/v1/shares"] = [(503, "busy")] * 10_000
    await home.approve(case)
    await home.until(lambda: home.case(case.request_id).share.trouble == "busy")
    bend(hub.city)
    hub.publish()
    await home.until(lambda: home.request(case.request_id).refused == rule)
    await asyncio.sleep(ANSWERED_S)
    hub.answers["/v1/shares"].clear()
    await home.until(lambda: home.case(case.request_id).state == state_then, 30)
    assert hub.uploads == {}
    assert not any("/v1/uploads/" in path for path in hub.paths())
    await home.restart()
    await home.until(lambda: home.state().snapshot.trust_rule is None and home.request(case.request_id) is not None)
    assert (home.request(case.request_id).refused, home.case(case.request_id).state) == (rule, state_then)


@pytest.mark.usefixtures("recorded")
async def test_a_share_goes_no_further_from_the_moment_that_its_request_is_judged(home: Home) -> None:
    """What follows from a judgement waits behind other work, a slow disk say; the bytes have stopped by then."""
    hub = home.hub
    await home.place_camera()
    case = await home.looked_at()
    hub.pause = asyncio.Event()
    await home.approve(case)
    await home.until(lambda: any(path.startswith("PATCH") for path in hub.paths()))
    async with home.busy():
        revoked_recipient(hub.city)
        hub.publish()
        await home.until(lambda: home.request(case.request_id).refused == "revoked")
        before = len(hub.paths())
        hub.pause.set()
        await asyncio.sleep(1)  # time enough for another piece, which there is no sign of
        assert not any("/v1/uploads/" in path for path in hub.paths()[before:])
    await home.until(lambda: home.case(case.request_id).state == "withdrawn", 30)


@pytest.mark.usefixtures("recorded")
@pytest.mark.parametrize(
    "bend",
    in_ci(
        [revoked_recipient, revoked_and_no_longer_named, revoked_and_called_withdrawn], [revoked_and_called_withdrawn]
    ),
    ids=lambda bend: bend.__name__,
)
async def test_a_key_that_is_revoked_while_a_share_is_on_its_way_stops_it(
    home: Home, bend: Callable[[City], None]
) -> None:
    """The bodies stop and the hub is told to delete them, also when the hub says that the request merely ended."""
    hub = home.hub
    await home.place_camera()
    case = await home.looked_at()
    hub.pause = asyncio.Event()
    share_id = await home.approve(case)
    await home.until(lambda: any(path.startswith("PATCH") for path in hub.paths()))
    bend(hub.city)
    hub.publish()
    await home.until(lambda: home.case(case.request_id).state == "withdrawn", 30)
    assert hub.withdrawn == [share_id]
    assert home.request(case.request_id).refused == "revoked"
    hub.pause.set()
    assert share_id not in hub.receipts
