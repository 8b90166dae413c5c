"""What somebody sees who opens an enrolment link in a browser, and what a watcher of the hub sees."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.simulators.agency import Agency


async def test_the_page_behind_a_link_says_what_to_do_and_cannot_read_the_code(agency: Agency) -> None:
    """It has no script, and its policy allows none."""
    async with agency.session.get(f"{agency.homes_url}/enrol") as answer:
        text = await answer.text()
        policy = answer.headers["Content-Security-Policy"]
    assert answer.status == 200
    assert answer.content_type == "text/html"
    assert "Paste the address" in text
    assert "<script" not in text
    assert policy.startswith("default-src 'none'; style-src 'nonce-")
    assert "script-src" not in policy


async def test_a_watcher_learns_that_the_hub_is_ready_that_nothing_is_degraded_and_nothing_else(agency: Agency) -> None:
    """Without a token."""
    async with agency.session.get(f"{agency.homes_url}/health") as answer:
        assert (answer.status, await answer.read()) == (200, b'{"degraded":[],"ready":true}')
