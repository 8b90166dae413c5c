"""The durable steps of this home, by name. Law 8: a kill at any of them loses and repeats nothing.

A step is what makes something last: a commit, a sync, a rename, a wipe. Just before it, when all its work is done,
and just after it, before anybody is told, an audit event is raised (PEP 578). Without a hook that costs nothing and
does nothing; with one, the crash matrix (`tests/milton_share/matrix/`) kills this process at each step there is. A
new step needs a name here, and a name that no journey of the matrix reaches fails it: no step can be forgotten.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

AUDIT_EVENT = "milton.step"  # with the step's name and the moment: "before" or "after"


class Step(StrEnum):
    """What is made to last, in the database and in files. The recorder and the cutter name theirs themselves."""

    JOINING_KEPT = "joining.kept"
    SCHEMA_MADE = "schema.made"
    CITY_FORGOTTEN = "city.forgotten"
    FEED_TAKEN = "feed.taken"
    DOCUMENTS_BELIEVED = "documents.believed"
    REQUEST_KEPT = "request.kept"
    REQUESTS_FORGOTTEN = "requests.forgotten"
    CAMERA_SET = "camera.set"
    FOLDER_SET = "folder.set"  # the one that a camera writes into
    FILE_KEPT = "file.kept"  # one that the owner adds to a request, whole
    FILE_ADDED = "file.added"
    FILE_TIMED = "file.timed"
    FILE_REMOVED = "file.removed"
    APPROVER_NAMED = "approver.named"
    APPROVER_REMOVED = "approver.removed"
    PIN_BOUND = "pin.bound"  # as it was set in a flow
    PIN_SET = "pin.set"
    PIN_TRIED = "pin.tried"
    PIN_RIGHT = "pin.right"
    DOOR_CODES_KEPT = "door_codes.kept"  # one was typed, opened its request, or is over
    CASE_OPENED = "case.opened"
    CASE_MATCH = "case.match"
    CASE_HOLD = "case.hold"
    CASE_LOOK = "case.look"
    CASE_APPROVE = "case.approve"
    CASE_SEAL = "case.seal"
    CASE_UPLOAD = "case.upload"
    CASE_RECEIVE = "case.receive"
    CASE_DECLINE = "case.decline"
    CASE_LAPSE = "case.lapse"
    CASE_WITHDRAW = "case.withdraw"
    REVIEW_FORGOTTEN = "review.forgotten"
    CLIP_KEPT = "clip.kept"
    CLIPS_WIPED = "clips.wiped"
    BODIES_SEALED = "bodies.sealed"
    BODIES_WIPED = "bodies.wiped"
    SHARE_ANNOUNCED = "share.announced"
    SHARE_RECEIPTS = "share.receipts"
    WITHDRAWAL_ASKED = "withdrawal.asked"
    WITHDRAWAL_ANSWERED = "withdrawal.answered"
    AGREEMENT_ASKED = "agreement.asked"  # to earlier acceptance
    AGREEMENT_ANSWERED = "agreement.answered"
    FLAG_ASKED = "flag.asked"  # that the evidence unit alone sees a share
    FLAG_ANSWERED = "flag.answered"
    PASSING_SAID = "passing.said"  # whether a share may be passed on
    PASSING_ANSWERED = "passing.answered"
    SOURCES_GIVEN_UP = "sources.given_up"  # recordings that were kept for a court
    LEAVING_KEPT = "leaving.kept"  # that the owner leaves, before anything is wiped
    ERASURE_KEPT = "erasure.kept"  # what the hub signed of that
    HOME_WIPED = "home.wiped"
    ATTEMPT_NOTED = "attempt.noted"  # somebody tried what that person may not
    REFUSALS_SAID = "refusals.said"  # which refusals were logged
    MAP_KEPT = "map.kept"  # the city's, or that it gives none any more
    WITNESSES_SET = "witnesses.set"
    HOUSEHOLD_SET = "household.set"
    NOTIFICATIONS_KEPT = "notifications.kept"  # what phones were told


@contextmanager
def durable(step: StrEnum) -> Iterator[None]:
    """Enclose the one act that makes a step last, the home's or a source's; nothing is said after it when it fails."""
    sys.audit(AUDIT_EVENT, str(step), "before")
    yield
    sys.audit(AUDIT_EVENT, str(step), "after")
