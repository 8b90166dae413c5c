"""Law 7, gone through by the source: each act that the hub writes down, and the table that it changes, are one.

The acts of people's days are in ``test_law_07_every_use_of_power.py``; here are those around them, and that none lacks.
"""

from __future__ import annotations

import ast
import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING

import hub
from hub.__main__ import main
from hub.kit.access import Role
from tests.attacks import test_law_07_every_use_of_power as days
from tests.attacks.test_law_07_every_use_of_power import (
    Act,
    asked,
    holds_together,
    one_with_the_other,
    raw,
    status_of,
)
from tests.simulators.agency import enrol_body
from tests.simulators.joining import joins
from tests.simulators.officer_device import Device

if TYPE_CHECKING:
    from tests.simulators.answered import Answered
    from tests.simulators.database_file import Books

HUB, HERE = Path(hub.__file__).parent, (Path(__file__), Path(days.__file__))
# Of no use of power, or tried where it is told of.
ELSEWHERE = {
    "enrolment.many_wrong_codes",  # tests/attacks/test_enrollment_guessing.py
    "policy.begun",  # the hub's own first start: tests/hub/policy/test_changes.py
    "request.published",  # by what homes are told, beside the days
    "registry.looked_up",  # the act is another house's: tests/hub/casework/look_ups/test_look_ups.py
    *("request.waits", "log.denied", "log.affirmed"),  # by witnesses of the log: tests/attacks/test_witness_attacks.py
}


async def test_what_begins_a_case_or_a_device_and_each_look_into_the_trail_and_its_row_are_one(
    town: Answered, books: Books, tmp_path: Path
) -> None:
    """A new case, somebody who comes into it, a device that is registered, an auditor's search."""
    officer, auditor = town.desks[Role.OFFICER], town.desks[Role.AUDITOR]
    opens = town.agency.draft(case_number="26-700011")
    await one_with_the_other(books, "case.opened", raw(lambda: status_of(officer.ask("POST", "/api/requests", opens))))
    await joins(tmp_path, "second", "officer", badge="1602")
    path = f"/api/cases/{town.case_id}/members"
    await one_with_the_other(
        books, "case.member_added", raw(lambda: status_of(officer.ask("POST", path, {"officer": "1602"})))
    )
    await one_with_the_other(books, "audit.searched", raw(lambda: status_of(auditor.ask("GET", "/api/audit"))))
    device = Device.new(town.agency)
    await device.open_invitation("second")

    async def registers() -> int:
        await device.open_code(device.begun["code"])  # what was begun is used up by the answer, whatever becomes of it
        return (await device.register())[0]

    await one_with_the_other(books, "device.registered", raw(registers))
    await holds_together(town)


async def test_what_is_copied_out_taken_or_believed_at_the_command_line_and_its_row_are_one(
    town: Answered, books: Books, tmp_path: Path
) -> None:
    """Ciphertext, a revocation, a city record, a clock, new keys; and a wrong code at the homes' door."""

    def command(*words: object) -> Act:
        async def run() -> int:
            return 200 if await asyncio.to_thread(main, [str(each) for each in words]) == 0 else 1

        return run

    out = tmp_path / "evidence"
    await one_with_the_other(books, "share.copied", command("sealed", tmp_path, town.share.share.share_id, "clip", out))
    assert out.with_name("evidence.body").read_bytes() == town.share.bodies["clip"]
    await one_with_the_other(books, "clock.accepted", command("clock", tmp_path, "--is-right"))
    revoked = {"type": "milton/revocation", "version": 1, "agency_id": town.agency.settings.agency_id}
    revoked |= {"kind": "person", "id": "supervisor", "revoked_at": "2026-01-01T00:00:00Z", "reason": "laptop stolen"}
    (tmp_path / "revocation.json").write_text(json.dumps(revoked))
    assert await command("record", "draft", tmp_path, tmp_path / "record.json")() == 200
    for name, key in (("revocation", "directory-1"), ("record", "root")):
        signed = tmp_path / f"{name}.signed.json"
        key_file = tmp_path / "offline" / f"{key}.key"
        assert await command("endorse", tmp_path / f"{name}.json", signed, "--key", key_file, "--yes")() == 200
        action = "city-record.taken" if name == "record" else "revocation.taken"
        await one_with_the_other(books, action, command("take", tmp_path, signed))

    async def guesses() -> int:
        body = json.dumps(enrol_body("MS-0000-0000-0000", "c" * 32), separators=(",", ":"), sort_keys=True).encode()
        status = await asked(town.home, "/v1/enrol", body)
        return 200 if status == 404 else status

    await one_with_the_other(books, "enrolment.code_unknown", guesses)
    await holds_together(town)
    await one_with_the_other(books, "hub.recovered", command("recover", tmp_path, "--log-origin", "log-2.example"))


def test_each_act_that_the_hub_writes_down_is_tried_here() -> None:
    """A new one fails this until it is: its name is read from the source where it is written."""
    named = set()
    for path in HUB.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "record":
                given = [word.value for word in node.keywords if word.arg == "action"]
                named |= {each.value for each in given if isinstance(each, ast.Constant)}
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in HERE]
    tried = {node.value for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    assert "share.accepted" in named
    assert named <= tried | ELSEWHERE
