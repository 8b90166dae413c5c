"""How a device comes in, and every way in which one does not."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from hub.__main__ import main
from hub.identity.accounts.invitations import INVITATION_VALID
from hub.identity.accounts.proposals import waiting
from hub.identity.model import Ceremony, SignInCredential
from hub.kit.passkeys.challenges import CEREMONY_VALID
from milton_protocol.sealing.age import Identity
from tests.e2e.passkey import SoftwarePasskey
from tests.simulators.officer_device import Device

if TYPE_CHECKING:
    from pathlib import Path

    from hub.identity.accounts.proposals import Waiting
    from tests.simulators.agency import Agency

NEW_OFFICER = {"change": "add_person", "person_id": "new", "name": "Nia Wu", "badge": "78", "roles": ["officer"]}


@pytest.fixture
def device(agency: Agency) -> Device:
    """Return a device that nobody has used."""
    return Device.new(agency)


async def proposed(agency: Agency, person_id: str) -> list[Waiting]:
    """Return what waits for the directory's two keys."""
    async with agency.hub.database.reading() as session:
        current = await agency.directory.current(session)
        return list(await waiting(session, current.directory, agency.clock(), person_id))


async def test_an_invited_person_is_signed_in_and_the_signing_key_waits_for_the_directory(
    agency: Agency, device: Device
) -> None:
    """The passkey works at once; the signing key has no power before both directory keys have signed."""
    status, begun = await device.open_invitation("officer")
    assert (status, begun["person"]["badge"], begun["needs_opening_key"]) == (200, "4117", False)
    assert begun["options"]["authenticatorSelection"]["userVerification"] == "required"
    assert await device.register() == (200, {"next": "/"})
    assert await device.make_signing_key() == (200, {"next": "/account"})
    assert await device.make_signing_key() == (200, {"next": "/account"})  # the same again is the same proposal
    (only,) = await proposed(agency, "officer")
    assert "officer signs with one more key" in only.words[0]
    status, page = await device.page("/account")
    assert status == 200
    assert "Waits for the directory" in page
    assert (await device.post("/sign-out"))[0] == 303
    assert (await device.page("/account"))[0] == 303
    assert await device.sign_in() == (200, {"next": "/"})
    assert (await device.page("/requests"))[0] == 200


async def test_a_proposal_that_was_signed_waits_no_more(
    agency: Agency, device: Device, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command writes it as a file that the directory's keys sign; the person sees the fingerprint signed for."""
    await device.open_invitation("officer")
    await device.register()
    await device.make_signing_key()
    (only,) = await proposed(agency, "officer")
    key = only.words[0].partition("one more key: ")[2].partition(" ")[0]
    folder, out = str(agency.settings.folder.parent), tmp_path / "out"
    await _command("proposals", folder, "--out", str(out))
    assert "officer signs with one more key" in capsys.readouterr().out
    (path,) = out.iterdir()
    await _command("directory", "sign", folder, "--yes", "--proposal", str(path))
    assert await proposed(agency, "officer") == []
    page = (await device.page("/account"))[1]
    assert f'class="signing-key"><td class="mono">{key}<' in page
    capsys.readouterr()
    await _command("proposals", folder)
    assert capsys.readouterr().out == "Nothing waits.\n"


async def _command(*arguments: str) -> None:
    assert await asyncio.to_thread(main, list(arguments)) == 0


async def test_the_command_prints_a_link_that_a_device_opens(
    agency: Agency, device: Device, capsys: pytest.CaptureFixture[str]
) -> None:
    """The code is in the fragment, which no server's log has."""
    await _command("invite", str(agency.settings.folder.parent), "supervisor")
    link = next(line for line in capsys.readouterr().out.splitlines() if line.startswith("link: "))
    address, _, code = link.removeprefix("link: ").partition("#code=")
    assert address == f"{agency.settings.officers_origin}/invite"
    status, begun = await device.post("/invite/open", {"code": code})
    assert (status, begun["person"]["name"]) == (200, "Luis Ortega")


async def test_who_signs_no_request_makes_no_signing_key(agency: Agency, device: Device) -> None:
    """Nor is told that they can't sign, and the directory's keepers have nothing to sign for it."""
    assert (await device.open_invitation("custodian"))[1]["signs"] is False
    assert (await device.register())[0] == 200
    page = (await device.page("/account"))[1]
    assert [each for each in ("new-signing-key", "no-signing-key") if each in page] == []
    assert await device.post("/account/signing-key/options") == _refusal("not_allowed", 403)
    assert await proposed(agency, "custodian") == []


async def test_who_can_not_sign_yet_reads_so_before_a_request_is_written(
    agency: Agency, device: Device, tmp_path: Path
) -> None:
    """And no more once the directory has their key."""
    assert (await device.open_invitation("officer"))[1]["signs"] is True
    await device.register()
    assert "no-signing-key" not in (await device.page("/requests/new"))[1]
    new = Device.new(agency)
    path = tmp_path / "new.json"
    path.write_text(json.dumps({"type": "milton/directory-proposal", "version": 1, "changes": [NEW_OFFICER]}))
    await _command("directory", "sign", str(agency.settings.folder.parent), "--yes", "--proposal", str(path))
    await new.open_invitation("new")
    assert (await new.register(age_recipient=Identity.generate().recipient))[0] == 200
    assert "no-signing-key" in (await new.page("/requests/new"))[1]


async def test_a_person_without_an_opening_key_brings_one(agency: Agency, device: Device, tmp_path: Path) -> None:
    """It is proposed for each part in which the person opens footage."""
    change = {
        "change": "add_person",
        "person_id": "both",
        "name": "Ada Poe",
        "badge": "77",
        "roles": ["custodian", "officer"],
    }
    path = tmp_path / "both.json"
    path.write_text(json.dumps({"type": "milton/directory-proposal", "version": 1, "changes": [change]}))
    await _command("directory", "sign", str(agency.settings.folder.parent), "--yes", "--proposal", str(path))
    _, begun = await device.open_invitation("both")
    assert begun["needs_opening_key"] is True
    recipient = Identity.generate().recipient
    assert (await device.register(age_recipient=recipient))[0] == 200
    (only,) = await proposed(agency, "both")
    assert [("custodian" in words, "officer" in words) for words in only.words] == [(True, False), (False, True)]
    assert all(recipient in words for words in only.words)


async def test_an_invitation_works_once_for_three_days(agency: Agency, device: Device) -> None:
    """Used, old, or never made: the same answer."""
    await device.open_invitation("officer")
    code = device.begun["code"]
    assert (await device.register())[0] == 200
    other = Device.new(agency)
    assert await other.post("/invite/open", {"code": code}) == _refusal("invitation_unknown", 404)
    assert await other.post("/invite/open", {"code": "guessed"}) == _refusal("invitation_unknown", 404)
    await other.open_invitation("officer")
    agency.clock.ahead += INVITATION_VALID
    assert await other.post("/invite/open", {"code": other.begun["code"]}) == _refusal("invitation_unknown", 404)


async def test_a_challenge_answers_once_for_five_minutes_and_for_its_purpose(agency: Agency, device: Device) -> None:
    """A recorded answer is worth nothing, nor is a sign-in's challenge for a registration."""
    await device.open_invitation("officer")
    await device.register()
    _, begun = await device.post("/sign-in/options")
    body = {"ceremony": begun["ceremony"], "credential": device.passkey.sign(begun["options"]["challenge"])}
    assert (await device.post("/sign-in/verify", body))[0] == 200
    assert await device.post("/sign-in/verify", body) == _refusal("ceremony_unknown")
    _, begun = await device.post("/sign-in/options")
    late = {"ceremony": begun["ceremony"], "credential": device.passkey.sign(begun["options"]["challenge"])}
    agency.clock.ahead += CEREMONY_VALID
    assert await device.post("/sign-in/verify", late) == _refusal("ceremony_unknown")
    _, begun = await device.post("/sign-in/options")
    made = device.signing_key.register(begun["options"]["challenge"])
    answer = await device.post("/account/signing-key", {"ceremony": begun["ceremony"], "credential": made})
    assert answer == _refusal("ceremony_unknown")
    async with agency.hub.database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Ceremony)) == 1  # the one that was answered


@pytest.mark.parametrize("wrong", ["origin", "rp_id", "presence"])
async def test_a_passkey_of_another_page_or_without_its_persons_presence_is_refused(
    device: Device, wrong: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A look-alike page, another hostname's key, a key without PIN or finger."""
    if wrong == "presence":
        monkeypatch.setattr("tests.e2e.passkey.USER_VERIFIED", 0)
    rp_id = "evil.example" if wrong == "rp_id" else device.passkey.rp_id
    origin = "https://evil.example" if wrong == "origin" else device.passkey.origin
    device.passkey = SoftwarePasskey(rp_id, origin)
    await device.open_invitation("officer")
    assert await device.register() == _refusal("passkey_refused")
    assert device.cookie == ""


async def test_a_sign_in_passkey_is_no_signing_key(agency: Agency, device: Device) -> None:
    """A credential made on the officers' pages is refused as a signing credential (law 4)."""
    await device.open_invitation("officer")
    await device.register()
    device.signing_key = SoftwarePasskey(device.passkey.rp_id, device.passkey.origin)
    assert await device.make_signing_key() == _refusal("passkey_refused")
    assert await proposed(agency, "officer") == []


async def test_a_passkey_that_the_hub_does_not_know_opens_no_session(agency: Agency, device: Device) -> None:
    """Unknown, another's signature under a known id, or removed."""
    assert await device.sign_in() == _refusal("passkey_unknown")
    await device.open_invitation("officer")
    await device.register()
    real = device.passkey
    device.passkey = SoftwarePasskey(real.rp_id, real.origin)
    device.passkey.credential_id = real.credential_id
    assert await device.sign_in() == _refusal("passkey_refused")
    device.passkey = real
    async with agency.hub.database.session("test") as session:
        known = (await session.scalars(select(SignInCredential))).one()
        known.removed_at = agency.clock()
    assert await device.sign_in() == _refusal("passkey_unknown")


async def test_one_person_s_ceremony_does_not_serve_another(agency: Agency, device: Device) -> None:
    """Neither an invitation's nor a signing key's."""
    await device.open_invitation("officer")
    other = Device.new(agency)
    await other.open_invitation("supervisor")
    other.begun |= {"ceremony": device.begun["ceremony"], "options": device.begun["options"]}
    assert await other.register() == _refusal("ceremony_unknown", 409)
    await device.open_invitation("officer")
    await device.register()
    await other.open_invitation("supervisor")
    await other.register()
    _, begun = await device.begin_signing_key()
    made = other.signing_key.register(begun["options"]["challenge"])
    answer = await other.post("/account/signing-key", {"ceremony": begun["ceremony"], "credential": made})
    assert answer == _refusal("ceremony_unknown")


async def test_a_passkey_registers_once(device: Device) -> None:
    """A second invitation can't take over a credential that is known."""
    await device.open_invitation("officer")
    await device.register()
    await device.open_invitation("supervisor")
    assert await device.register() == _refusal("passkey_known", 409)


@pytest.mark.parametrize("credential", [None, "text", {}, {"id": 7}, {"id": "x", "response": {}}])
async def test_an_answer_of_the_wrong_form_is_refused(device: Device, credential: object) -> None:
    """Never a server error."""
    await device.open_invitation("officer")
    status, answer = await device.register(credential=credential)
    assert (status, answer["error"]) in {(400, "passkey_refused"), (400, "wrong_type")}
    _, begun = await device.post("/sign-in/options")
    status, answer = await device.post("/sign-in/verify", {"ceremony": begun["ceremony"], "credential": credential})
    assert (status, answer["error"]) in {(400, "passkey_unknown"), (400, "wrong_type")}


async def test_a_body_that_is_no_json_or_too_long_is_refused(agency: Agency) -> None:
    """By name, before anything is looked up."""
    headers = {"Origin": agency.settings.officers_origin}
    bodies = ((b"{", 400, "not_json"), (b"[]", 400, "wrong_type"), (b"1" * 140_000, 413, "message_too_long"))
    for body, status, rule in bodies:
        async with agency.session.post(f"{agency.officers_url}/invite/open", data=body, headers=headers) as answer:
            assert (answer.status, (await answer.json())["error"]) == (status, rule)


def _refusal(rule: str, status: int = 400) -> tuple[int, Any]:
    return status, _Named(rule)


class _Named:
    """Equal to an error of this rule, whatever its sentence."""

    def __init__(self, rule: str) -> None:
        self.rule = rule

    def __eq__(self, other: object) -> bool:
        return isinstance(other, dict) and other.get("error") == self.rule

    def __hash__(self) -> int:
        return hash(self.rule)

    def __repr__(self) -> str:
        return f"error {self.rule}"
