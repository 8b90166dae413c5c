"""Custodians and officers at their desks, for the tests of custody."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.simulators.hub_bench import HubBench
    from tests.simulators.sealed_share import SealedShare

DONE = (200, "done")
REASON = "The prosecutor asked for it in writing."


@dataclass(frozen=True, slots=True, kw_only=True)
class Custody:
    """One share and what people do with it."""

    bench: HubBench
    share: SealedShare

    @property
    def path(self) -> str:
        """Return the share's address."""
        return f"/api/shares/{self.share.share.share_id}"

    async def act(self, who: str, what: str, **body: object) -> tuple[int, str]:
        """Act on the share; return the status, and the rule of a refusal."""
        return await ask(self.bench, who, f"{self.path}/{what}", **body)

    async def told(self, who: str = "custodian") -> dict[str, Any]:
        """Return what a person is told of the share."""
        _, _, answer = await self.bench.officer_asks(await self.bench.sign_in(who), "GET", self.path)
        found: dict[str, Any] = json.loads(answer)
        return found

    async def open(self, who: str = "officer") -> tuple[int, str]:
        """Fetch the clip; return the status, and the rule of a refusal."""
        cookies = await self.bench.sign_in(who)
        status, _, answer = await self.bench.officer_asks(cookies, "GET", f"{self.path}/parts/clip/body")
        return status, "done" if status == 200 else json.loads(answer)["error"]

    async def withdraw(self) -> tuple[int, str]:
        """Take the share back, as its home does."""
        async with self.bench.session.post(
            f"{self.bench.homes_url}/v1/withdrawals", data=self.share.withdrawal()
        ) as answer:
            said = await answer.json()
            return answer.status, said.get("error", "done")

    async def events(self) -> list[str]:
        """Return what the owner was told, the looks left out."""
        return [event for event in await self.bench.events(self.share) if event != "fetched"]

    async def days_pass(self, days: float) -> None:
        """Move the clock and run the retention job."""
        await days_pass(self.bench, days)

    async def after(self, days: float) -> None:
        """Run the retention job as it will run in so many days; then it is now again."""
        await after(self.bench, days)

    @property
    def bytes_kept(self) -> bool:
        """Say whether sealed bytes are on the disk."""
        folder = self.bench.settings.folder / "blobs" / "shares" / self.share.share.share_id
        return any(folder.glob("*"))


async def ask(bench: HubBench, who: str, path: str, **body: object) -> tuple[int, str]:
    """Post as a person; return the status, and the rule of a refusal."""
    status, _, answer = await bench.officer_asks(await bench.sign_in(who), "POST", path, body=body)
    return status, json.loads(answer).get("error", "done")


async def days_pass(bench: HubBench, days: float) -> None:
    """Move the clock and run the retention job."""
    bench.clock.ahead += timedelta(days=days)
    await bench.hub.jobs.run_now("custody retention")


async def after(bench: HubBench, days: float) -> None:
    """Run the retention job as it will run in so many days (the directory is in force for 30); then it is now again."""
    await days_pass(bench, days)
    bench.clock.ahead -= timedelta(days=days)


async def received(bench: HubBench) -> Custody:
    """Send a share."""
    sealed = bench.share(clip=b"clip" * 1_000)
    await bench.home.send(sealed)
    return Custody(bench=bench, share=sealed)


async def accepted(bench: HubBench) -> Custody:
    """Send a share whose owner agrees to early acceptance, and accept it."""
    custody = await received(bench)
    async with bench.session.post(f"{bench.homes_url}/v1/consents", data=custody.share.consent()) as answer:
        assert answer.status == 200
    assert await custody.act("custodian", "accept") == DONE
    return custody
