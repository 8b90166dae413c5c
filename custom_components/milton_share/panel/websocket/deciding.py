"""Commands to review, decide, and withdraw."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import voluptuous as vol

from ...shared.milton_protocol.limits import RECEIPTS_MAX
from .dispatch import Call, Command
from .forms import DIGEST, DOOR_CODE, FURTHER, MASKS, PIN, SHORT_ID, time, whole

if TYPE_CHECKING:
    from ...cases.model import ClipView


async def enter_code(call: Call) -> dict[str, object]:
    """Take a door code; the hub isn't told. The answer has the request that it opens, or null and how long it waits."""
    code = await call.panel.decisions.enter_code(call.session, call.message["code"])
    return {"request_id": code.request_id, "keep_until": code.keep_until}


async def look(call: Call) -> ClipView:
    """Cut the clip of a range for review; it replaces an earlier one."""
    message = call.message
    return await call.panel.review.look(
        call.session,
        message["case_id"],
        message["from"],
        message["until"],
        audio=message["audio"],
        masks=message["masks"],
        further=message["further"],
    )


async def give_up(call: Call) -> None:
    """Cancel a cut and wipe what there is of it."""
    await call.panel.review.give_up(call.session, call.message["case_id"])


async def approve(call: Call) -> dict[str, str]:
    """Share exactly this clip with exactly these recipients."""
    message = call.message
    share_id = await call.panel.decisions.approve(
        call.session,
        message["case_id"],
        clip_sha256=message["clip_sha256"],
        recipients_sha256=message["recipients_sha256"],
        pin=message["pin"],
        named=message["named"],
        keep_sources=message["keep_sources"],
    )
    return {"share_id": share_id}


async def not_this_time(call: Call) -> None:
    """Decline a request; the hub isn't told."""
    await call.panel.decisions.not_this_time(call.session, call.message["request_id"])


async def wipe_held(call: Call) -> None:
    """Wipe what is held for a request that expired undecided."""
    await call.panel.decisions.wipe_held(call.session, call.message["request_id"])


async def withdraw(call: Call) -> None:
    """Withdraw a share."""
    await call.panel.shares.withdraw(call.session, call.message["share_id"], call.message["pin"])


async def agree_early(call: Call) -> None:
    """Agree that a share is accepted before its 24 hours are over."""
    await call.panel.shares.agree_early(call.session, call.message["share_id"], call.message["pin"])


async def flag(call: Call) -> None:
    """Limit a share to the evidence unit."""
    await call.panel.shares.flag(call.session, call.message["share_id"], call.message["pin"])


async def say_of_passing(call: Call) -> None:
    """Answer whether a share may go outside the agency."""
    message = call.message
    await call.panel.shares.say_of_passing(
        call.session, message["share_id"], message["question"], message["pin"], agrees=message["agrees"]
    )


async def give_up_sources(call: Call) -> None:
    """Wipe the originals kept for court."""
    await call.panel.shares.give_up_sources(call.session, call.message["share_id"], call.message["pin"])


COMMANDS: Final = (
    Command(name="door_code/enter", run=enter_code, fields={vol.Required("code"): DOOR_CODE}),
    Command(
        name="look",
        run=look,
        fields={
            vol.Required("case_id"): SHORT_ID,
            vol.Required("from"): time,
            vol.Required("until"): time,
            vol.Required("audio"): bool,
            vol.Optional("masks", default=list): MASKS,
            vol.Optional("further", default=list): FURTHER,
        },
    ),
    Command(name="look/cancel", run=give_up, fields={vol.Required("case_id"): SHORT_ID}),
    Command(
        name="approve",
        run=approve,
        fields={
            vol.Required("case_id"): SHORT_ID,
            vol.Required("clip_sha256"): DIGEST,
            vol.Required("recipients_sha256"): DIGEST,
            vol.Required("pin"): PIN,
            vol.Required("named"): bool,
            vol.Required("keep_sources"): bool,
        },
    ),
    Command(name="not_this_time", run=not_this_time, fields={vol.Required("request_id"): DIGEST}),
    Command(name="held/wipe", run=wipe_held, fields={vol.Required("request_id"): DIGEST}),
    Command(name="withdraw", run=withdraw, fields={vol.Required("share_id"): SHORT_ID, vol.Required("pin"): PIN}),
    Command(name="agree_early", run=agree_early, fields={vol.Required("share_id"): SHORT_ID, vol.Required("pin"): PIN}),
    Command(name="flag", run=flag, fields={vol.Required("share_id"): SHORT_ID, vol.Required("pin"): PIN}),
    Command(
        name="passing/say",
        run=say_of_passing,
        fields={
            vol.Required("share_id"): SHORT_ID,
            vol.Required("question"): whole(1, RECEIPTS_MAX),
            vol.Required("agrees"): bool,
            vol.Required("pin"): PIN,
        },
    ),
    Command(
        name="sources/give_up",
        run=give_up_sources,
        fields={vol.Required("share_id"): SHORT_ID, vol.Required("pin"): PIN},
    ),
)
