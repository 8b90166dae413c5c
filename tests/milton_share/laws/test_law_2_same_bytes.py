"""Law 2: the bytes that were previewed are the bytes that are sealed."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from custom_components.milton_share.errors import MiltonShareError
from custom_components.milton_share.shared.milton_protocol.sealing.age import open_sealed
from tests.simulators.city import age_identity

if TYPE_CHECKING:
    from tests.milton_share.conftest import Home

pytestmark = pytest.mark.usefixtures("recorded")


async def test_one_digest_from_preview_to_download(home: Home) -> None:
    """The file that the preview plays is the file that an officer opens."""
    await home.place_camera()
    case = await home.looked_at()
    assert case.clip is not None
    path = home.panel.review.preview_path(home.owner.session, case.case_id, case.clip.clip_sha256)
    previewed = path.read_bytes()
    share_id = await home.approve(case)
    await home.until(lambda: home.case(case.request_id).state == "receipted")
    assert open_sealed(home.hub.file(share_id, "clip"), age_identity("recovery")) == previewed
    assert hashlib.sha256(previewed).hexdigest() == case.clip.clip_sha256


async def test_a_clip_that_changed_on_the_disk_is_not_approved(home: Home) -> None:
    """Whatever wrote to it: what would be sent is not what was looked at."""
    await home.place_camera()
    case = await home.looked_at()
    assert case.clip is not None
    path = home.panel.review.preview_path(home.owner.session, case.case_id, case.clip.clip_sha256)
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(MiltonShareError, match="other_clip"):
        await home.approve(case)
    assert home.hub.shares == {}


async def test_a_clip_that_changed_after_the_approval_is_not_sent(home: Home) -> None:
    """The digest is taken again while it is sealed."""
    await home.place_camera()
    case = await home.looked_at()
    assert case.clip is not None
    path = home.panel.review.preview_path(home.owner.session, case.case_id, case.clip.clip_sha256)
    home.hub.put("live", None)  # the documents are unclear, so the outbox waits before it seals
    await home.until(lambda: home.state().snapshot.trust_rule == "papers_missing")
    with pytest.raises(MiltonShareError, match="papers_missing"):
        await home.approve(case)
    home.hub.publish()
    await home.until(lambda: home.state().snapshot.trust_rule is None)
    folder = path.parent.parent.parent / "sealed"
    folder.rmdir()
    folder.write_bytes(b"")  # sealing fails until this is a folder again
    await home.approve(case)
    await home.until(lambda: (share := home.case(case.request_id).share) is not None and share.trouble == "disk")
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    folder.unlink()
    folder.mkdir()
    await home.until(lambda: home.case(case.request_id).state == "lapsed")
    assert home.hub.shares == {}


async def test_a_new_look_takes_the_old_clips_place(home: Home) -> None:
    """A clip that was trimmed can't be approved by its earlier digest."""
    await home.place_camera()
    case = await home.looked_at()
    assert case.clip is not None
    start = case.clip.from_ + timedelta(seconds=3)
    trimmed = await home.panel.review.look(
        home.owner.session, case.case_id, start, start + timedelta(seconds=4), audio=False
    )
    assert trimmed.clip_sha256 != case.clip.clip_sha256
    with pytest.raises(MiltonShareError, match="other_clip"):
        await home.approve(case)
    with pytest.raises(MiltonShareError, match="other_clip"):
        home.panel.review.preview_path(home.owner.session, case.case_id, case.clip.clip_sha256)
    with pytest.raises(MiltonShareError, match="other_recipients"):
        await home.approve(replace(case, clip=trimmed), recipients_sha256="0" * 64)
    await home.approve(replace(case, clip=trimmed))


@pytest.mark.parametrize(
    ("before_s", "after_s", "rule"),
    [(-1, 10, "outside_request"), (0, 3_601, "outside_request"), (5, 5, "outside_request"), (5, 5.5, "too_short")],
)
async def test_a_look_stays_inside_the_request(home: Home, before_s: float, after_s: float, rule: str) -> None:
    """Nothing outside the time that was asked for can be cut at all."""
    await home.place_camera()
    case = await home.held()
    request = home.request(case.request_id)
    assert request is not None
    with pytest.raises(MiltonShareError, match=rule):
        await home.panel.review.look(
            home.owner.session,
            case.case_id,
            request.from_ + timedelta(seconds=before_s),
            request.from_ + timedelta(seconds=after_s),
            audio=False,
        )
