"""Whoever a directory makes an auditor, or an administrator, is nothing else, though its keys signed something else."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from hub.__main__ import main
from hub.directory.roles import apart
from hub.kit.access import Role
from hub.kit.keys import read_key
from hub.shares.record.rules import ACCEPT_AFTER
from milton_protocol.dsse import sign
from milton_protocol.messages.city.directory import Directory
from milton_protocol.messages.city.directory import Role as DirectoryRole
from tests.simulators.joining import joins, proposal_of
from tests.simulators.sealed_share import seal_share

if TYPE_CHECKING:
    import pytest

    from tests.simulators.answered import Answered

OVERSIGHT = ("/oversight", "/oversight/trail", "/api/flags", "/api/audit")


async def signed_all_the_same(town: Answered, person_id: str, *roles: DirectoryRole) -> None:
    """Have both directory keys sign what no tool of the hub's drafts, and the hub take it."""
    folder = town.agency.settings.folder.parent
    async with town.agency.hub.database.reading() as session:
        old = (await town.agency.directory.current(session)).directory
    people = tuple(
        replace(each, roles=tuple(sorted(roles))) if each.person_id == person_id else each for each in old.people
    )
    new = replace(old, people=people, serial=old.serial + 1)
    keys = [read_key(folder / "offline" / f"directory-{number}.key") for number in (1, 2)]
    path = folder / "both.json"
    path.write_bytes(sign(Directory.PAYLOAD_TYPE, new.to_bytes(), keys))
    assert await asyncio.to_thread(main, ["take", str(folder), str(path)]) == 0


async def test_an_officer_who_is_made_an_auditor_reads_flags_and_works_no_more(town: Answered) -> None:
    """Nobody reads what is flagged of their own work: what they did before they do no more, in the same session."""
    officer, share_id = town.desks[Role.OFFICER], town.share.share.share_id
    assert (await officer.ask("GET", f"/api/shares/{share_id}"))[0] == 200
    await signed_all_the_same(town, "officer", DirectoryRole.OFFICER, DirectoryRole.SUPERVISOR, DirectoryRole.AUDITOR)
    for method, path, body in (
        ("POST", "/api/requests", town.agency.draft()),
        ("GET", f"/api/shares/{share_id}", None),
        ("GET", "/cosign", None),
    ):
        status, answer = await officer.ask(method, path, body)
        assert (status, answer["error"]) == (403, "not_allowed"), path
    for path in OVERSIGHT:
        assert (await look(town, officer.headers, path)) == 200, path


async def test_an_administrator_who_is_made_a_custodian_sees_no_evidence(town: Answered) -> None:
    """Nor what auditors read, whatever is said of them; and is in no list of whom a case can be given to."""
    administrator, share_id = town.desks[Role.ADMINISTRATOR], town.share.share.share_id
    both = (DirectoryRole.ADMINISTRATOR, DirectoryRole.CUSTODIAN, DirectoryRole.OFFICER)
    await signed_all_the_same(town, "administrator", *both)
    town.agency.clock.ahead += ACCEPT_AFTER
    administrator = await town.agency.desk("administrator")
    for method, path in (
        ("GET", f"/api/shares/{share_id}"),
        ("GET", f"/api/shares/{share_id}/parts/clip/body"),
        ("POST", f"/api/shares/{share_id}/accept"),
        ("GET", "/cases"),
        *(("GET", path) for path in OVERSIGHT),
    ):
        status, answer = await administrator.ask(method, path, {} if method == "POST" else None)
        assert (status, answer["error"]) == (403, "not_allowed"), path
    assert (await look(town, administrator.headers, "/people")) == 200
    supervisor = await town.agency.desk("supervisor")
    added = await supervisor.ask("POST", f"/api/cases/{town.case_id}/members", {"officer": "Ida Boone"})
    assert (added[0], added[1]["error"]) == (409, "no_officer")


async def test_nothing_is_sealed_to_a_custodian_who_is_made_an_administrator(town: Answered) -> None:
    """Their key stays in the directory; without another custodian's there is nobody to seal to."""
    await signed_all_the_same(town, "custodian", DirectoryRole.CUSTODIAN, DirectoryRole.ADMINISTRATOR)
    officer = await town.agency.desk("officer")
    status, verdict = await officer.ask("POST", "/api/requests/verdict", town.agency.draft(case_number="26-700009"))
    assert status == 200
    assert "recipient_missing" in {each["rule"] for each in verdict["broken"]}
    await town.home.send(seal_share(town.request, town.request_id))  # what was asked before is answered as before


async def test_no_tool_of_the_hubs_drafts_a_directory_with_such_roles(
    town: Answered, capsys: pytest.CaptureFixture[str]
) -> None:
    """Officer, supervisor and custodian go together; what is there already can be renewed, and says what it means."""
    folder = town.agency.settings.folder.parent
    await joins(folder, "new-one", "officer", "supervisor", "custodian")
    for roles in (("auditor", "officer"), ("administrator", "custodian"), ("administrator", "auditor")):
        proposal = proposal_of(folder, "new-one", *roles, badge="1519")
        capsys.readouterr()
        draft = ["directory", "draft", str(folder), str(folder / "draft.json"), "--proposal", str(proposal)]
        assert await asyncio.to_thread(main, draft) == 1
        assert f"can't be {'auditor' if 'auditor' in roles else roles[0]} and something else" in capsys.readouterr().err
        assert not (folder / "draft.json").exists()
    await signed_all_the_same(town, "new-one", DirectoryRole.AUDITOR, DirectoryRole.OFFICER)
    renamed = proposal_of(folder, "new-one", "auditor", "officer", badge="1520")
    draft = ["directory", "draft", str(folder), str(folder / "renamed.json"), "--proposal", str(renamed)]
    assert await asyncio.to_thread(main, draft) == 0  # it gives nobody such roles
    assert await asyncio.to_thread(main, ["directory", "sign", str(folder), "--yes"]) == 0
    capsys.readouterr()
    assert await asyncio.to_thread(main, ["directory", "show", str(folder)]) == 0
    assert "auditor, officer (acts as auditor alone)" in capsys.readouterr().out


async def look(town: Answered, headers: dict[str, str], path: str) -> int:
    """Ask for a page, or for data; return the status."""
    async with town.agency.session.get(town.agency.officers_url + path, headers=headers) as answer:
        return answer.status


def test_of_roles_that_nobody_has_together_the_one_without_an_act_is_left() -> None:
    """And all others go together."""
    assert apart((DirectoryRole.ADMINISTRATOR, DirectoryRole.AUDITOR, DirectoryRole.OFFICER)) == (
        DirectoryRole.AUDITOR,
    )
    assert apart((DirectoryRole.ADMINISTRATOR, DirectoryRole.SUPERVISOR)) == (DirectoryRole.ADMINISTRATOR,)
    working = (DirectoryRole.CUSTODIAN, DirectoryRole.OFFICER, DirectoryRole.SUPERVISOR)
    assert apart(working) == working
    assert apart(()) == ()
