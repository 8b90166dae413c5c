"""What the owner does, from wherever the home stands: each journey may be begun again after any end of the process."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from custom_components.milton_share.shared.milton_protocol.messages.shares.passed_on import PassedOnTo
from tests.e2e.processes import StepError

from .home import CAMERA

if TYPE_CHECKING:
    from pathlib import Path

    from .home import MortalHome

NEW_PIN = "314159"
WRONG_PIN = "161803"
DOOR_CODE = "MD-0123-4567-89AB-CDEF"  # its request never comes
SOMEBODY = "0123456789abcdef0123456789abcdef"  # another person's user id
SENT = ("approved", "sealed", "uploaded", "receipted")


async def join(home: MortalHome) -> None:
    """Enter the city's code until this home is part of it, and that is on the disk."""
    await home.up()
    if not await home.entries():
        await home.enrol()
    await home.ready()
    await home.entry_written()


async def be_given_the_map(home: MortalHome) -> None:
    """Wait until the city's map is here."""
    await home.ready()
    await home.seen(lambda state: state["map"]["sha256"], "the map does not come")


async def settle_in(home: MortalHome) -> None:
    """Say what the camera sees, change the PIN, type a door code, name another approver and take that back."""
    await home.ready()
    await home.set_camera()
    if home.acknowledged.pin != NEW_PIN:
        try:
            await home.command("pin/set", pin=NEW_PIN, old_pin=home.acknowledged.pin)
        except StepError as error:  # it was written, and the answer was lost
            if "wrong_pin" not in str(error):
                raise
        home.acknowledged.pin = NEW_PIN
    await home.command("folder/set", camera_id=CAMERA, folder=None, zone=None)
    await home.command("approver/name", user_id=SOMEBODY, pin=NEW_PIN)
    await home.command("witnesses/set", quorum=0, witnesses=[], pin=NEW_PIN)
    await home.command("household/set", quiet=None, weekly_cap=5)
    await home.command("door_code/enter", code=DOOR_CODE)
    await home.command("approver/remove", user_id=SOMEBODY, pin=NEW_PIN)


async def guess(home: MortalHome) -> None:
    """Try a PIN that is wrong."""
    await home.ready()
    try:
        await home.command("approver/name", user_id=SOMEBODY, pin=WRONG_PIN)
    except StepError as error:
        assert "wrong_pin" in str(error) or "pin_locked" in str(error), error  # noqa: PT017
    else:
        message = "a wrong PIN was taken"
        raise AssertionError(message)


async def hold(home: MortalHome, request_id: str) -> dict[str, Any]:
    """Wait until the recordings of a request are kept."""
    await home.ready()
    return await home.case(request_id, "held", "reviewing", *SENT, with_footage=True)


async def be_told(home: MortalHome, request_id: str) -> None:
    """Wait until it is written down that phones were told of a request, at whatever hour this runs."""
    await home.ready()
    await home.command("household/set", quiet=None, weekly_cap=5)
    await home.until_told(request_id)


async def look(home: MortalHome, request_id: str, from_s: int = 2) -> dict[str, Any]:
    """Have a clip cut of ten seconds."""
    case = await hold(home, request_id)
    start = datetime.strptime(case["footage_from"], "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
    begin = start + timedelta(seconds=from_s)
    return dict(
        await home.command(
            "look",
            case_id=case["case_id"],
            **{"from": _ms(begin)},
            until=_ms(begin + timedelta(seconds=10)),
            audio=False,
        )
    )


async def play(home: MortalHome, case: dict[str, Any]) -> None:
    """Fetch the whole clip, as the page's player does."""
    sha256 = case["clip"]["preview_sha256"] or case["clip"]["clip_sha256"]
    signed = await home.command("preview_path", case_id=case["case_id"], sha256=sha256)
    await home.download(signed["path"])


async def share(home: MortalHome, request_id: str) -> str:
    """Look, say yes, and wait until the hub has all of it; return the share's id."""
    case = await hold(home, request_id)
    if case["state"] == "held":
        await look(home, request_id)
        case = await home.case(request_id, "reviewing")
    if case["state"] == "reviewing":
        await _approve(home, request_id, case)
    case = await home.case(request_id, "uploaded", "receipted")
    home.acknowledged.approved[case["case_id"]] = case["share"]["share_id"]
    return str(case["share"]["share_id"])


async def _approve(home: MortalHome, request_id: str, case: dict[str, Any]) -> None:
    state = await home.state()
    request = next(one for one in state["requests"] if one["request_id"] == request_id)
    await play(home, case)
    home.said_yes.add(case["clip"]["clip_sha256"])
    answer = await home.command(
        "approve",
        case_id=case["case_id"],
        clip_sha256=case["clip"]["clip_sha256"],
        recipients_sha256=request["recipients_sha256"],
        pin=home.acknowledged.pin,
        named=False,
        keep_sources=True,
    )
    home.acknowledged.approved[case["case_id"]] = answer["share_id"]


async def get_receipt(home: MortalHome, request_id: str) -> None:
    """Wait for the hub's receipt, which is given once."""
    await home.ready()
    case = await home.case(request_id, "uploaded", "receipted")
    if case["share"]["share_id"] not in home.hub.receipts:
        home.hub.give_receipt(case["share"]["share_id"], "received")
    await home.case(request_id, "receipted")


async def hear_of_a_view(home: MortalHome, request_id: str) -> None:
    """Wait until the owner sees that somebody watched the clip."""
    await home.ready()
    case = await home.case(request_id, "receipted")
    if len(home.hub.receipts[case["share"]["share_id"]]) == 1:
        home.hub.give_receipt(case["share"]["share_id"], "fetched")

    def told(state: dict[str, Any]) -> bool:
        cases = [one for request in state["requests"] for one in request["cases"] if one["case_id"] == case["case_id"]]
        return [receipt["event"] for receipt in cases[0]["share"]["receipts"]] == ["received", "fetched"]

    await home.seen(told, "the owner isn't told of the view")


async def give_up(home: MortalHome, request_id: str) -> None:
    """Wipe the recordings that were promised to the court."""
    await home.ready()
    share = (await home.case(request_id, "receipted"))["share"]
    if share["sources_kept_until"] == share["sources_said_until"]:
        await home.command("sources/give_up", share_id=share["share_id"], pin=home.acknowledged.pin)

    def told(state: dict[str, Any]) -> bool:
        cases = [one for request in state["requests"] for one in request["cases"] if one["request_id"] == request_id]
        return bool(cases[0]["share"]["sources_kept_until"] < cases[0]["share"]["sources_said_until"])

    await home.seen(told, "the recordings are still called kept")


async def agree(home: MortalHome, request_id: str) -> None:
    """Agree to earlier acceptance."""
    await home.ready()
    share = (await home.case(request_id, "receipted"))["share"]
    if not share["early_wanted"]:
        await home.command("agree_early", share_id=share["share_id"], pin=home.acknowledged.pin)
        home.acknowledged.agreed.add(share["share_id"])
    await home.until_answered(share["share_id"], "agreement_answer")
    assert share["share_id"] in home.hub.agreed


async def flag(home: MortalHome, request_id: str) -> None:
    """Say that a child or something intimate may be seen."""
    await home.ready()
    share = (await home.case(request_id, "receipted"))["share"]
    if not share["flag_wanted"]:
        await home.command("flag", share_id=share["share_id"], pin=home.acknowledged.pin)
        home.acknowledged.flagged.add(share["share_id"])
    await home.until_answered(share["share_id"], "flag_answer")
    assert share["share_id"] in home.hub.flagged


async def say_of_passing(home: MortalHome, request_id: str) -> None:
    """Let the share be passed on to somebody whom the police ask about."""
    await home.ready()
    share = (await home.case(request_id, "receipted"))["share"]
    if not any(each["event"] == "asked" for each in share["receipts"]):
        if not home.acknowledged.asked:
            until = datetime.now(UTC).replace(microsecond=0) + timedelta(days=30)
            to = PassedOnTo(name="Ruth Ellery", organisation="Fulton County DA", until=until)
            home.hub.give_receipt(share["share_id"], "asked", to)
            home.acknowledged.asked = True
        await home.seen(partial(_is_asked, request_id=request_id), "the owner is not asked")
        share = (await home.case(request_id, "receipted"))["share"]
    question = next(each["sequence"] for each in share["receipts"] if each["event"] == "asked")
    if not share["passing"]:
        words = {"question": question, "agrees": True, "pin": home.acknowledged.pin}
        await home.command("passing/say", share_id=share["share_id"], **words)
        home.acknowledged.passing.add(share["share_id"])
    await home.until_said(share["share_id"])
    assert [word.refuses for word in home.hub.passing] == [False] * len(home.hub.passing)


def _is_asked(state: dict[str, Any], request_id: str) -> bool:
    cases = [one for request in state["requests"] for one in request["cases"] if one["request_id"] == request_id]
    return any(each["event"] == "asked" for each in cases[0]["share"]["receipts"])


async def be_refused(home: MortalHome, request_id: str) -> None:
    """Ask for a share back that a custodian has accepted."""
    await home.ready()
    case = await home.case(request_id, "receipted")
    home.hub.accepted.add(case["share"]["share_id"])
    if not case["share"]["withdraw_wanted"] and case["share"]["withdraw_refused"] is None:
        await home.command("withdraw", share_id=case["share"]["share_id"], pin=home.acknowledged.pin)
        home.acknowledged.withdrawn.add(case["share"]["share_id"])
    await home.seen(lambda state: _refusal(state, request_id) == "already_accepted", "the owner isn't told of the no")
    home.hub.accepted.clear()


def _refusal(state: dict[str, Any], request_id: str) -> str | None:
    cases = [one for request in state["requests"] if request["request_id"] == request_id for one in request["cases"]]
    return str(cases[0]["share"]["withdraw_refused"]) if cases else None


async def take_back(home: MortalHome, request_id: str) -> None:
    """Withdraw a share."""
    await home.ready()
    case = await home.case(request_id, "receipted", "withdrawn")
    if case["state"] == "receipted" and not case["share"]["withdraw_wanted"]:
        await home.command("withdraw", share_id=case["share"]["share_id"], pin=home.acknowledged.pin)
        home.acknowledged.withdrawn.add(case["share"]["share_id"])
    await home.case(request_id, "withdrawn")


async def trim(home: MortalHome, request_id: str) -> None:
    """Look at one range, then at another."""
    await look(home, request_id, from_s=2)
    await look(home, request_id, from_s=4)


async def say_no(home: MortalHome, request_id: str) -> None:
    """Look, and then: not this time."""
    await home.ready()
    case = await home.case(request_id, "held", "reviewing", "declined")
    if case["state"] == "held":
        await look(home, request_id)
    await home.command("not_this_time", request_id=request_id)
    home.acknowledged.declined.add(request_id)
    await home.case(request_id, "declined")


async def add_file(home: MortalHome, request_id: str, film: bytes) -> None:
    """Add a file to a request, say when it was filmed, and wait until it is kept."""
    await home.ready()
    found = await file_of(home, request_id)
    if found is None:
        await home.upload(f"/api/milton_share/file/{request_id}", film)
        found = await file_of(home, request_id)
        assert found is not None
    if found["file"]["at"] is None:
        request = next(one for one in (await home.state())["requests"] if one["request_id"] == request_id)
        await home.command(
            "file/confirm", case_id=found["case_id"], at=request["from"], uncertainty_s=60, camera_id=None
        )
    await home.seen(lambda state: _file_in(state, request_id, "held") is not None, "the file is not kept")


async def take_file_away(home: MortalHome, request_id: str) -> None:
    """Take it away again."""
    await home.ready()
    found = await file_of(home, request_id)
    if found is not None:
        await home.command("file/remove", case_id=found["case_id"])
    assert await file_of(home, request_id) is None


async def file_of(home: MortalHome, request_id: str) -> dict[str, Any] | None:
    """Return the case of the only file of a request, or None."""
    return _file_in(await home.state(), request_id)


def _file_in(state: dict[str, Any], request_id: str, *states: str) -> dict[str, Any] | None:
    cases = [one for request in state["requests"] if request["request_id"] == request_id for one in request["cases"]]
    files = [case for case in cases if case["file"] is not None and (not states or case["state"] in states)]
    assert len(files) < 2, "a file was added twice"
    return files[0] if files else None


async def see_it_end(home: MortalHome, request_id: str) -> None:
    """Wait until the home knows that the request is over."""
    await home.ready()
    await home.case(request_id, "lapsed")


async def leave(home: MortalHome) -> None:
    """Leave the program, and wait until the hub has answered."""
    await home.up()
    if (await home.entries()) and not (home.config / ".storage" / "milton_share.leaving").exists():
        await home.ready()
        await home.command("leave", pin=home.acknowledged.pin)
    await home.entry_gone()


async def remove(home: MortalHome) -> None:
    """Take the enrollment away in Home Assistant's own settings."""
    await home.up()
    for entry in await home.entries():
        await home.delete(f"/api/config/config_entries/entry/{entry['entry_id']}")
    await home.entry_gone()


async def see_recordings(home: MortalHome, path: Path) -> None:
    """Wait until a segment is in the index."""
    await home.ready()
    await home.until_indexed(path.name, 1)


async def see_no_recordings(home: MortalHome, path: Path) -> None:
    """Wait until it is in it no more."""
    await home.ready()
    await home.until_indexed(path.name, 0)


def _ms(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03}Z"
