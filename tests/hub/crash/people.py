"""A leg: an officer's device, from the invitation to its loss."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from milton_protocol.base64_text import b64
from tests.e2e.passkey import SoftwarePasskey
from tests.simulators.city import age_identity
from tests.simulators.enrolled import asks
from tests.simulators.wraps import a_wrap

if TYPE_CHECKING:
    from tests.hub.crash.town import Town

OPENING_KEY = age_identity("opening").recipient  # nothing is sealed to it


async def register(town: Town) -> None:
    """Register an officer's device, sign out and in, make a signing key; then the device is lost."""
    known, origin = town.known, town.settings.officers_origin
    await town.open()
    if "officer" not in known.devices:
        known.devices["officer"] = SoftwarePasskey(urlsplit(origin).hostname or "", origin)
        known.devices["signing"] = SoftwarePasskey(town.settings.signer_rp_id, town.settings.signer_origin)
    if "officer" not in known.codes:
        lines = await town.command("invite", town.folder, "officer")
        known.codes["officer"] = next(line for line in lines if line.startswith("link: ")).split("#code=")[1]
    if "registered" not in known.done:
        await _register(town)
    if "signed out" not in known.done:
        assert (await town.post("officer", "/sign-out", {}))[0] in {303, 401}
        known.done.add("signed out")
    if "signed in" not in known.done:
        status, begun = await town.post("officer", "/sign-in/options", {})
        credential = known.devices["officer"].sign(begun["options"]["challenge"])
        body = {"ceremony": begun["ceremony"], "credential": credential}
        status, answer = await town.post("officer", "/sign-in/verify", body)
        assert status == 200, answer
        known.done.add("signed in")
    await _wrap(town)
    await _propose_and_lose(town)


async def _wrap(town: Town) -> None:
    """Keep a wrapped opening key at the hub, and take it back; both calls are repeated as they were."""
    if "wrapped and back" in town.known.done:
        return
    status, kept = await town.post("officer", "/api/wraps", a_wrap(OPENING_KEY, "blue"))
    assert status == 200, kept
    town.acknowledged("the key is wrapped", lambda books: books.acts("key.wrapped") >= 1)
    status, answer = await town.post("officer", f"/api/wraps/{kept['wrap_id']}/remove", {})
    assert status == 200, answer
    town.acknowledged("the wrap is gone", lambda books: books.acts("key.unwrapped") >= 1)
    town.known.done.add("wrapped and back")


async def _register(town: Town) -> None:
    status, begun = await town.post("officer", "/invite/open", {"code": town.known.codes["officer"]})
    if status == 404:  # it was used, and the answer was lost: the passkey is known
        assert begun["error"] == "invitation_unknown"
    else:
        body = {
            "code": town.known.codes["officer"],
            "ceremony": begun["ceremony"],
            "credential": town.known.devices["officer"].register(begun["options"]["challenge"]),
            "device": "MPD-LT-031",
            "age_recipient": None,
        }
        status, answer = await town.post("officer", "/invite/register", body)
        assert status == 200, answer
    town.known.done.add("registered")
    town.acknowledged("the device is registered", lambda books: books.acts("device.registered", "MPD-LT-031") == 1)


async def _enrol_and_revoke(town: Town) -> None:
    """Enrol a machine by the key that it made, and put it out; each command is given again as it was."""
    request = town.folder / "MPD-LT-031.csr"
    if "revoked" in town.known.done:
        return
    if not request.exists():
        asks(town.folder, "MPD-LT-031")
    if "enrolled" not in town.known.done:
        await town.command("device", "enrol", town.folder, request, "--label", "MPD-LT-031")
        assert request.with_suffix(".crt").exists()
        town.known.done.add("enrolled")
    town.acknowledged("the machine is enrolled", lambda books: books.acts("device.enrolled") == 1)
    lines = await town.command("device", "list", town.folder)
    (line,) = (each for each in lines if "has a certificate" in each)
    await town.command("device", "revoke", town.folder, line.split()[0], codes=("0", "1"))  # 1: it is out already
    town.acknowledged("the machine is out", lambda books: books.acts("device.revoked") == 1)
    town.known.done.add("revoked")


async def _prove(town: Town) -> None:
    """Answer for an act that is not done: the passkey's answer alone changes nothing."""
    act = {"act": "share.accept", "subject": ""}
    status, begun = await town.post("officer", "/reverify/options", act)
    assert status == 200, begun
    credential = town.known.devices["officer"].sign(begun["options"]["challenge"])
    body = {**act, "ceremony": begun["ceremony"], "credential": credential}
    status, answer = await town.post("officer", "/reverify/verify", body)
    assert status == 200, answer


async def _propose_and_lose(town: Town) -> None:
    known = town.known
    if "proposed" not in known.done:
        await _prove(town)
        status, begun = await town.post("officer", "/account/signing-key/options", {})
        assert status == 200, begun
        body = {
            "ceremony": begun["ceremony"],
            "credential": known.devices["signing"].register(begun["options"]["challenge"]),
        }
        status, answer = await town.post("officer", "/account/signing-key", body)
        assert status == 200, answer
        known.done.add("proposed")
    town.acknowledged("the key is proposed", lambda books: books.acts("directory.proposed", "officer") == 1)
    await _enrol_and_revoke(town)
    lost = b64(known.devices["officer"].credential_id)
    await town.command("device", "remove", town.folder, "--", lost, codes=("0", "1"))  # 1: it is gone already
    town.acknowledged("the device is out", lambda books: books.acts("device.removed", "officer") == 1)
    assert (await town.post("officer", "/account/signing-key/options", {}))[0] == 401
