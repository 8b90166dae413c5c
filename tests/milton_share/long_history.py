"""A home that has had hundreds of requests: in its database, and in what was judged last."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from homeassistant.util import dt as dt_util

from custom_components.milton_share.cameras.matching import case_id
from custom_components.milton_share.cases import cases_table, shares_table
from custom_components.milton_share.cases.state import ConsentCase, State
from custom_components.milton_share.city.verdicts import Assessment
from custom_components.milton_share.shared.milton_protocol.verification import Refusal, VerifiedRequest
from custom_components.milton_share.storage.durable_steps import Step

if TYPE_CHECKING:
    from sqlite3 import Connection

    from custom_components.milton_share.cases.shares_table import StoredShare
    from custom_components.milton_share.city.verdicts import Verdict

    from .conftest import Home

REQUESTS = 500
CAMERAS = ("front", "back")
SHARED_EVERY = 5


async def give_history(home: Home, request_id: str, share: StoredShare | None = None) -> tuple[str, ...]:
    """Have a home remember so many requests like one that it has, with two cases each; return their ids.

    Half of them are over, and so refused; a fifth was shared, where there is a share to be like. What was judged stays
    so until the next round.
    """
    await home.round()
    services, judged = home.services, home.scheduler.judgment.assessment
    verified, bundle = judged.verdicts[request_id], judged.bundles[request_id]
    assert isinstance(verified, VerifiedRequest)
    ids = tuple(f"{number:064x}" for number in range(REQUESTS))
    keep_until = (dt_util.utcnow() + timedelta(days=9)).isoformat()

    def write(connection: Connection) -> None:
        for number, id_ in enumerate(ids):
            connection.execute("INSERT INTO requests VALUES (?, ?, ?)", (id_, bundle, keep_until))
            for camera in CAMERAS:
                state = State.DECLINED if number % 2 else State.LAPSED
                case = ConsentCase(case_id=case_id(id_, camera), request_id=id_, camera_id=camera, state=state)
                if share is not None and number % SHARED_EVERY == 0:
                    case = replace(case, state=State.RECEIPTED, share_id=case.case_id)
                cases_table.save(connection, case)
                if case.share_id is not None:
                    shares_table.add(
                        connection, replace(share, share_id=case.share_id, case_id=case.case_id, request_id=id_)
                    )

    await services.database.run(Step.CASE_OPENED, write)
    await services.book.load()
    verdicts: dict[str, Verdict] = {
        id_: replace(verified, request_id=id_) if number % 2 else Refusal(rule="expired")
        for number, id_ in enumerate(ids)
    }
    bundles = {id_: bytes(bytearray(bundle)) for id_ in ids}  # each has bytes of its own, as those that came have
    home.scheduler.judgment.assessment = Assessment(trust=judged.trust, rule=None, verdicts=verdicts, bundles=bundles)
    return ids
