"""Law 6, an attack each: whoever else tries to share is refused, nothing leaves, and the owner is shown who tried."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from homeassistant.components import automation
from homeassistant.components.webhook import async_register as register_webhook
from homeassistant.core import Context
from homeassistant.exceptions import ServiceNotFound
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.config_validation import SCRIPT_SCHEMA
from homeassistant.helpers.script import Script
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util

from custom_components.milton_share.approvers.attempts_table import ATTEMPTS_KEPT_MAX
from custom_components.milton_share.approvers.refused_acts import Act, Kind
from custom_components.milton_share.storage.durable_steps import Step
from tests.milton_share.conftest import PIN, Home, Owner, sign_in
from tests.milton_share.panel.conftest import Connect, Line, long_lived, second_login, token_of
from tests.milton_share.panel.test_law_6_no_other_way import trusted_network_token

if TYPE_CHECKING:
    from homeassistant.auth.providers.homeassistant import HassAuthProvider
    from pytest_homeassistant_custom_component.typing import ClientSessionGenerator, WebSocketGenerator

    from custom_components.milton_share.cases.model import CaseView

pytestmark = pytest.mark.usefixtures("recorded")
WRONG = "161803"
A_TIME = "2026-11-10T07:10:00Z"


async def ready(home: Home) -> CaseView:
    """Go on until there is a clip that the owner played, and could share."""
    await home.place_camera()
    case = await home.looked_at()
    home.play(case)
    return case


def approval(home: Home, case: CaseView, **changes: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return the message that would share the clip."""
    assert case.clip is not None
    return {
        "case_id": case.case_id,
        "clip_sha256": case.clip.clip_sha256,
        "recipients_sha256": home.request(case.request_id).recipients_sha256,
        "pin": PIN,
        "named": False,
        "keep_sources": False,
    } | changes


async def attempts(line: Line) -> list[tuple[str, str, str, str, int]]:
    """Return what the owner's page is told of attempts: who, by what, what, which rule, how often."""
    await line.result("subscribe")
    shown = (await line.event())["state"]["attempts"]
    return [(one["user_name"], one["kind"], one["act"], one["rule"], one["count"]) for one in shown]


def nothing_left(home: Home, case: CaseView) -> None:
    """Nothing was approved, and the hub was told of nothing."""
    assert home.case(case.request_id).state == "reviewing"
    assert home.hub.shares == {}
    assert not any("/v1/shares" in path for path in home.hub.paths())


# Sessions that are not the owner's own


async def test_an_administrator_is_refused_and_shown(
    home: Home, line: Line, administrator: Owner, connect: Connect
) -> None:
    """Also with the owner's PIN, and also when it is tried again and again: one line, with a count."""
    case = await ready(home)
    stranger = await connect(token_of(administrator.user))
    for _ in range(3):
        assert await stranger.refusal("approve", **approval(home, case)) == "not_approver"
    assert await attempts(line) == [("adam", "password", "approve", "not_approver", 3)]
    nothing_left(home, case)


async def test_a_second_user_is_refused_and_shown(home: Home, line: Line, connect: Connect) -> None:
    """Somebody who lives here and is no administrator; whatever is tried that decides or shows footage."""
    case = await ready(home)
    provider = home.hass.auth.auth_providers[0]
    child = await sign_in(home.hass, provider, "carl")
    await home.hass.auth.async_update_user(child.user, group_ids=["system-users"])
    page = await connect(token_of(child.user))
    assert case.clip is not None
    tried = {
        "approve": approval(home, case),
        "withdraw": {"share_id": "ab" * 16, "pin": PIN},
        "flag": {"share_id": "ab" * 16, "pin": PIN},
        "agree_early": {"share_id": "ab" * 16, "pin": PIN},
        "passing/say": {"share_id": "ab" * 16, "question": 2, "agrees": True, "pin": PIN},
        "sources/give_up": {"share_id": "ab" * 16, "pin": PIN},
        "look": {"case_id": case.case_id, "from": A_TIME, "until": A_TIME, "audio": False},
        "preview_path": {"case_id": case.case_id, "sha256": case.clip.clip_sha256},
        "stills": {"case_id": case.case_id, "sha256": case.clip.clip_sha256},
        "rough": {"case_id": case.case_id},
        "marks": {"case_id": case.case_id},
        "evidence": {"request_id": case.request_id},
        "door_code/enter": {"code": "MD-0000-0000-0000-0000"},
        "not_this_time": {"request_id": case.request_id},
        "held/wipe": {"request_id": case.request_id},
        "pin/set": {"pin": WRONG},
        "witnesses/set": {"quorum": 0, "witnesses": ["no key"], "pin": PIN},
        "log/accept": {"origin": "log-2.milton.example", "public_key": "5a" * 32, "pin": PIN},
        "household/set": {"phones": []},
        "leave": {"pin": PIN},
    }
    for command, fields in tried.items():
        assert await page.refusal(command, **fields) in {"not_approver", "not_owner"}, command
    for command in ("subscribe", "cameras", "map", "approvers"):  # opening the page is no attempt
        assert await page.refusal(command) == "not_approver"
    assert {(who, act) for who, _, act, _, _ in await attempts(line)} == {("carl", act) for act in tried}
    nothing_left(home, case)


async def test_a_long_lived_token_is_refused_and_shown(home: Home, line: Line, connect: Connect) -> None:
    """Of the owner, with the owner's PIN."""
    case = await ready(home)
    script = await connect(await long_lived(home.hass, home.owner, timedelta(days=1)))
    assert await script.refusal("approve", **approval(home, case)) == "not_interactive"
    assert await attempts(line) == [("olivia", "program", "approve", "not_interactive", 1)]
    nothing_left(home, case)


async def test_a_device_on_a_trusted_network_is_refused_and_shown(
    home: Home, line: Line, hass_ws_client: WebSocketGenerator
) -> None:
    """Signed in as the owner by Home Assistant's own trusted networks."""
    case = await ready(home)
    access = home.hass.auth.async_create_access_token(await trusted_network_token(home), "127.0.0.1")
    tablet = Line(socket=await hass_ws_client(home.hass, access), token=access)
    assert await tablet.refusal("approve", **approval(home, case)) == "wrong_login"
    assert await attempts(line) == [("olivia", "other_sign_in", "approve", "wrong_login", 1)]
    nothing_left(home, case)


async def test_a_login_made_for_the_owner_later_is_refused_and_shown(
    home: Home, line: Line, provider: HassAuthProvider, connect: Connect
) -> None:
    """By an administrator, who knows the owner's PIN from looking."""
    case = await ready(home)
    other = await connect(await second_login(home.hass, home.owner, provider))
    assert await other.refusal("approve", **approval(home, case)) == "other_login"
    assert await attempts(line) == [("olivia", "password", "approve", "other_login", 1)]
    nothing_left(home, case)


async def test_a_signed_path_in_other_hands_is_refused_and_shown(
    home: Home, line: Line, administrator: Owner, hass_client_no_auth: ClientSessionGenerator
) -> None:
    """Looking at the clip is tried too."""
    case = await ready(home)
    assert case.clip is not None
    bearer = {"Authorization": f"Bearer {home.hass.auth.async_create_access_token(token_of(administrator.user))}"}
    url = f"/api/milton_share/preview/{case.case_id}/{case.clip.clip_sha256}"
    client = await hass_client_no_auth()
    assert (await client.get(url, headers=bearer)).status == 403
    assert await attempts(line) == [("adam", "password", "preview_path", "not_approver", 1)]


async def test_a_home_that_is_not_enrolled_any_more_shows_no_clip(
    home: Home, hass_client_no_auth: ClientSessionGenerator
) -> None:
    """While the integration is stopped, say: there is nobody to ask who may."""
    case = await ready(home)
    assert case.clip is not None
    await home.hass.config_entries.async_unload(home.entry.entry_id)
    bearer = {"Authorization": f"Bearer {home.hass.auth.async_create_access_token(token_of(home.owner.user))}"}
    url = f"/api/milton_share/preview/{case.case_id}/{case.clip.clip_sha256}"
    answer = await (await hass_client_no_auth()).get(url, headers=bearer)
    assert (answer.status, await answer.json()) == (403, {"error": "not_enrolled"})


# What a stolen message is worth


async def test_a_stolen_message_played_again_shares_nothing_more(
    home: Home, line: Line, administrator: Owner, connect: Connect
) -> None:
    """On the same line, on another of the owner's, and in another person's session: one share, and all of it shown."""
    case = await ready(home)
    words = approval(home, case)
    first = {"id": 1_000, "type": "milton_share/approve", **words}
    await line.socket.send_json(first)
    assert (await line.socket.receive_json())["success"]
    await line.socket.send_json(first)
    assert (await line.socket.receive_json())["error"]["code"] == "id_reuse"  # Home Assistant's own
    second_page = await connect(token_of(home.owner.user))
    assert await second_page.refusal("approve", **words) in {"not_reviewing", "already_decided"}
    stranger = await connect(token_of(administrator.user))
    assert await stranger.refusal("approve", **words) == "not_approver"
    await home.until(lambda: home.case(case.request_id).state == "receipted")
    assert len(home.hub.shares) == 1
    seen = {(who, act) for who, _, act, _, _ in await attempts(second_page)}
    assert seen == {("adam", "approve"), ("olivia", "approve")}
    share = home.case(case.request_id).share
    assert share is not None
    assert await second_page.refusal("approve", **words | {"pin": WRONG}) in {"not_reviewing", "already_decided"}
    assert home.panel.approver_for(home.owner.session).tries_left == 5, "what can't be shared costs no try"


async def test_two_approvers_at_once_are_one_share_and_two_answers(
    home: Home, line: Line, administrator: Owner, connect: Connect
) -> None:
    """Both say yes at the same moment, each with an own PIN: one wins, the other is told that it was decided."""
    case = await ready(home)
    await line.result("approver/name", user_id=administrator.user.id, pin=PIN)
    partner = await connect(token_of(administrator.user))
    await partner.result("pin/set", pin="314159")
    home.play(case, administrator.session)
    both = await asyncio.gather(
        line.ask("approve", **approval(home, case)), partner.ask("approve", **approval(home, case, pin="314159"))
    )
    (lost,) = [answer["error"]["code"] for answer in both if not answer["success"]]
    assert lost in {"not_reviewing", "already_decided"}
    loser = "adam" if both[0]["success"] else "olivia"
    assert await attempts(line) == [(loser, "password", "approve", lost, 1)]
    await home.until(lambda: home.case(case.request_id).state == "receipted")
    assert len(home.hub.shares) == 1
    (kept,) = home.services.book.shares.values()
    winner = home.owner.user if both[0]["success"] else administrator.user
    assert kept.approved_by == winner.id


async def test_an_approval_of_a_clip_that_has_changed_is_refused_and_shown(home: Home, line: Line) -> None:
    """Trimmed meanwhile on another page, changed on disk, or for other recipients."""
    case = await ready(home)
    words = approval(home, case)
    assert case.clip is not None
    second = timedelta(seconds=1)
    await home.panel.review.look(
        home.owner.session, case.case_id, case.clip.from_ + second, case.clip.until - second, audio=False
    )
    assert await line.refusal("approve", **words) == "other_clip"
    now = home.case(case.request_id)
    assert await line.refusal("approve", **approval(home, now, recipients_sha256="cd" * 32)) == "other_recipients"
    assert now.clip is not None
    home.play(now)
    file = home.panel.review.preview_path(home.owner.session, now.case_id, now.clip.clip_sha256)
    await home.hass.async_add_executor_job(_flip_last_byte, file)
    assert await line.refusal("approve", **approval(home, now)) == "other_clip"
    assert await attempts(line) == [
        ("olivia", "password", "approve", "other_clip", 2),
        ("olivia", "password", "approve", "other_recipients", 1),
    ]
    nothing_left(home, case)


def _flip_last_byte(file: Any) -> None:  # noqa: ANN401
    data = bytearray(file.read_bytes())
    data[-1] ^= 1
    file.write_bytes(bytes(data))


# Guessing the PIN


async def test_guessing_the_pin_locks_it_for_longer_each_time_also_across_restarts(
    home: Home, connect: Connect
) -> None:
    """The count and the lock survive, the lock is stated and grows, and the right PIN ends it all."""
    case = await ready(home)
    later = timedelta()
    for days in (1, 2, 4):
        await _guess(home, connect, later, restart_after=2)
        await home.restart()
        locked_until = home.panel.approver_for(home.owner.session).locked_until
        assert locked_until is not None
        left = locked_until - dt_util.utcnow() - later
        assert timedelta(days=days) - timedelta(minutes=10) < left <= timedelta(days=days)
        for pin in (PIN, WRONG):
            assert await _by_pin(home, connect, later, pin) == "pin_locked"
        later += left + timedelta(seconds=1)
    assert await _by_pin(home, connect, later, PIN) is None
    assert home.panel.approver_for(home.owner.session).tries_left == 5
    await _guess(home, connect, later)
    locked_until = home.panel.approver_for(home.owner.session).locked_until
    assert locked_until is not None
    assert locked_until - dt_util.utcnow() - later <= timedelta(days=1), "the first lock after the right PIN is a day"
    await home.until(lambda: home.state().requests)
    nothing_left(home, case)
    kept = {one.rule: one for one in home.state().attempts}
    assert (kept["wrong_pin"].count, kept["pin_locked"].count) == (20, 6)
    assert kept["wrong_pin"].own


async def _by_pin(home: Home, connect: Connect, later: timedelta, pin: str) -> str | None:
    """Try a PIN on a new line, so much later; return the rule that refused it."""
    home.services.approvers._now = lambda: dt_util.utcnow() + later  # noqa: SLF001  the clock it was given
    page = await connect(token_of(home.owner.user))
    answer = await page.ask("witnesses/set", quorum=0, witnesses=[], pin=pin)
    return None if answer["success"] else answer["error"]["code"]


async def _guess(home: Home, connect: Connect, later: timedelta, restart_after: int | None = None) -> None:
    for tries in range(5):
        assert await _by_pin(home, connect, later, f"16180{tries}") == "wrong_pin"
        if tries == restart_after:
            await home.restart()


# Ways that are no person


async def test_a_notifications_button_is_refused_and_shown(home: Home, line: Line) -> None:
    """None of ours approves: whoever fires the event made it up. What puts a message off decides nothing."""
    told = home.phone()
    await home.tell_phones()
    case = await ready(home)
    await home.until(lambda: told)
    later = f"MILTON_SHARE_LATER_{told[0]['data']['tag']}"
    owner = Context(user_id=home.owner.user.id)
    for event, data in (
        ("mobile_app_notification_action", {"action": "MILTON_SHARE_APPROVE", "case_id": case.case_id, "pin": PIN}),
        ("ios.notification_action_fired", {"actionName": "milton_share_approve"}),
        ("mobile_app_notification_action", {"action": "OPEN_GARAGE"}),
        ("mobile_app_notification_action", {"action": later}),
        ("ios.notification_action_fired", {"actionName": later}),
        ("mobile_app_notification_action", {"action": f"MILTON_SHARE_LATER_{'0' * 32}"}),
    ):
        home.hass.bus.async_fire(event, data, context=owner)
    home.hass.bus.async_fire("mobile_app_notification_action", {"action": "yes", "tag": "milton_share"})
    await home.hass.async_block_till_done()
    await home.until(lambda: len(home.state().attempts) == 2)
    assert sorted(await attempts(line)) == [
        ("", "notification", "approve", "no_button", 1),
        ("olivia", "notification", "approve", "no_button", 3),
    ]
    assert len(told) == 1
    nothing_left(home, case)


@pytest.fixture
async def webhooks(home: Home) -> None:
    """Have Home Assistant take webhooks: a server takes no more once it runs."""
    assert await async_setup_component(home.hass, "webhook", {})


@pytest.mark.usefixtures("webhooks")
async def test_nothing_that_runs_by_itself_finds_anything_to_call(
    home: Home, line: Line, hass_client_no_auth: ClientSessionGenerator, caplog: pytest.LogCaptureFixture
) -> None:
    """An automation, a script, a service call, REST, a webhook, an event by our name, an entity's service.

    There is no service of ours at all; Home Assistant lets nobody notice a call of one that is not there. Events by our
    names it lets us hear: they are shown, whoever fires them.
    """
    case = await ready(home)
    hass, owner, words = home.hass, Context(user_id=home.owner.user.id), approval(home, case)
    assert "milton_share" not in hass.services.async_services()
    act = [{"action": "milton_share.approve", "data": words}]
    triggers = [{"trigger": "event", "event_type": "go"}]
    config = {"alias": "Share", "triggers": triggers, "actions": act}
    assert await async_setup_component(hass, automation.DOMAIN, {"automation": config})
    assert await async_setup_component(hass, "script", {"script": {"share": {"sequence": act}}})
    assert await async_setup_component(hass, "homeassistant", {})
    hass.bus.async_fire("go", context=owner)
    await hass.async_block_till_done()
    assert "milton_share.approve" in caplog.text, "Home Assistant says that there is no such thing"
    repairs = [issue_id for domain, issue_id in ir.async_get(hass).issues if domain == automation.DOMAIN]
    assert any("milton_share.approve" in issue_id for issue_id in repairs), "and shows it to the owner as a repair"
    with pytest.raises(ServiceNotFound):
        await hass.services.async_call("script", "share", {}, blocking=True, context=owner)
    for service in ("approve", "share", "withdraw", "turn_on"):
        with pytest.raises(ServiceNotFound):
            await hass.services.async_call("milton_share", service, words, blocking=True, context=owner)
    ours = [one.entity_id for one in hass.states.async_all() if "milton" in one.entity_id]
    for entity_id in ours:
        await hass.services.async_call(
            "homeassistant", "turn_on", {"entity_id": entity_id}, blocking=True, context=owner
        )
    client = await hass_client_no_auth()
    bearer = {"Authorization": f"Bearer {hass.auth.async_create_access_token(token_of(home.owner.user))}"}
    for path in (
        "/api/services/milton_share/approve",
        f"/api/milton_share/preview/{case.case_id}/{case.clip.clip_sha256}",
        "/api/milton_share/approve",
        "/api/milton_share/page/approve",
    ):
        assert (await client.post(path, json=words, headers=bearer)).status in {400, 404, 405}, path
    assert await attempts(line) == []
    assert (await client.post("/api/events/milton_share_approve", json=words, headers=bearer)).status == 200
    register_webhook(hass, "automation", "Share", "share", _fire_ours)
    assert (await client.post("/api/webhook/share", json=words)).status == 200
    fires = [{"event": "milton_share.approve", "event_data": {"case_id": case.case_id}}]
    await Script(hass, SCRIPT_SCHEMA(fires), "Share", "script").async_run(context=owner)
    await hass.async_block_till_done()
    await home.until(lambda: sum(one.count for one in home.state().attempts) == 3)
    assert sorted(await attempts(line)) == [
        ("", "event", "approve", "no_event", 1),
        ("olivia", "event", "approve", "no_event", 2),
    ]
    nothing_left(home, case)


async def _fire_ours(hass: Any, _webhook_id: str, request: Any) -> None:  # noqa: ANN401
    hass.bus.async_fire("milton_share_approve", await request.json())


async def test_a_page_in_a_frame_is_nobody(home: Home, hass_client_no_auth: ClientSessionGenerator) -> None:
    """The panel's script and the preview are useless in another page: no sign-in rides along, none is framed."""
    case = await ready(home)
    assert case.clip is not None
    client = await hass_client_no_auth()
    answer = await client.get(f"/api/milton_share/preview/{case.case_id}/{case.clip.clip_sha256}")
    assert answer.status == 401
    bearer = {"Authorization": f"Bearer {home.hass.auth.async_create_access_token(token_of(home.owner.user))}"}
    answer = await client.get(f"/api/milton_share/preview/{case.case_id}/{case.clip.clip_sha256}", headers=bearer)
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "Set-Cookie" not in answer.headers
    home_page = await client.get("/", allow_redirects=False)
    assert home_page.headers.get("X-Frame-Options", "SAMEORIGIN") == "SAMEORIGIN"


# What is kept of it


async def test_attempts_are_kept_in_bounds_also_across_restarts(home: Home, line: Line) -> None:
    """Whoever floods the list gets one line of it; the newest of many people stay."""
    for number in range(ATTEMPTS_KEPT_MAX + 5):
        await home.panel.note_other_way(f"user-{number}", "x" * 300, Kind.NOTIFICATION, "no_button")
    await home.restart()
    kept = home.state().attempts
    assert len(kept) == ATTEMPTS_KEPT_MAX
    assert {len(one.user_name) for one in kept} == {80}
    assert not any(one.own for one in kept)
    assert len(await attempts(line)) == ATTEMPTS_KEPT_MAX


async def test_nobody_hides_anothers_attempt_under_many_of_their_own(home: Home) -> None:
    """Each refusal of an approval is a line; who makes very many of them pushes out lines of their own."""
    note = home.services.attempts.note
    kinds = {"kind": Kind.PASSWORD, "act": Act.APPROVE}
    await note(user_id="adam", user_name="adam", rule="wrong_pin", **kinds)
    for number in range(ATTEMPTS_KEPT_MAX + 5):
        await note(user_id="carl", user_name="carl", rule=f"rule_{number}", **kinds)
    await home.restart()
    kept = home.state().attempts
    assert len(kept) == ATTEMPTS_KEPT_MAX
    assert [one.rule for one in kept if one.user_name == "adam"] == ["wrong_pin"]
    assert kept[0].rule == f"rule_{ATTEMPTS_KEPT_MAX + 4}"


async def test_an_attempt_that_can_not_be_written_down_is_refused_all_the_same(
    home: Home, administrator: Owner, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    """The home's disk fails at that very moment; no PIN and no name is in the log."""
    case = await ready(home)
    stranger = await connect(token_of(administrator.user))
    await home.services.database.run(Step.ATTEMPT_NOTED, _drop_attempts)
    assert await stranger.refusal("approve", **approval(home, case)) == "not_approver"
    assert "A refused attempt could not be written down: OperationalError" in caplog.text
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("custom_components")]
    assert not any(PIN in one or "adam" in one for one in ours)
    nothing_left(home, case)


def _drop_attempts(connection: Any) -> None:  # noqa: ANN401
    connection.execute("DROP TABLE attempts")
