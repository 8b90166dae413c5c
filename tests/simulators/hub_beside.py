"""A real hub with one request and one home, in a process of its own, for tests that run in a home's environment.

It says a line of JSON (`url`, `token`, `request_id`, `recipients`, `recipients_sha256`, `custodians`,
`custodians_sha256`, `hub_key`), and serves until its standard input ends.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from milton_protocol.messages.requests.request import custodians_of, recipients_hash
from tests.simulators.hub_bench import running_hub


async def main(folder: Path) -> None:
    """Run until standard input ends."""
    async with running_hub(folder) as bench:
        said = {
            "url": bench.homes_url,
            "token": bench.home.headers["Authorization"].removeprefix("Bearer "),
            "request_id": bench.request_id,
            "recipients": [one.age_recipient for one in bench.request.recipients],
            "recipients_sha256": recipients_hash(bench.request.recipients),
            "custodians": [one.age_recipient for one in custodians_of(bench.request.recipients)],
            "custodians_sha256": recipients_hash(custodians_of(bench.request.recipients)),
            "hub_key": bench.hub.keys.hub_key.public_key().public_bytes_raw().hex(),
        }
        _say(json.dumps(said))
        await asyncio.to_thread(sys.stdin.read)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
