"""Ask OSV (https://google.github.io/osv.dev/api) for known advisories against the parts of hub and home.

``python -m scripts.ask_advisories [--database URL]`` ends with 1 if there are any. Where the database can't be asked it
says so and ends with 0: a machine without a network is no finding, and no clean bill either.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from itertools import batched

import aiohttp

from scripts.bill import of_home, of_hub

DATABASE = "https://api.osv.dev"
PATIENCE_S = 30
BATCH = 1_000  # OSV takes no more in one query


class NotAskedError(Exception):
    """The database gave no answer, or none that can be read."""


async def ask(database: str, purls: list[str]) -> dict[str, list[str]]:
    """Return the ids of advisories by package URL; raise NotAskedError."""
    found: dict[str, list[str]] = {}
    try:
        async with aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=PATIENCE_S), raise_for_status=True, trust_env=True
        ) as session:
            for some in batched(purls, BATCH, strict=False):
                query = {"queries": [{"package": {"purl": purl}} for purl in some]}
                async with session.post(f"{database}/v1/querybatch", json=query) as answer:
                    results = (await answer.json())["results"]
                for purl, result in zip(some, results, strict=True):
                    if ids := [advisory["id"] for advisory in result.get("vulns", ())]:
                        found[purl] = ids
    except (aiohttp.ClientError, TimeoutError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise NotAskedError(str(error) or type(error).__name__) from error
    return found


def main() -> int:
    """Say what was found; return the process's exit code."""
    parser = argparse.ArgumentParser(prog="advisories", description=__doc__)
    parser.add_argument("--database", default=DATABASE, metavar="URL")
    database = parser.parse_args().database
    purls = sorted({part.purl.to_string() for part in (*of_hub(), *of_home())})
    try:
        found = asyncio.run(ask(database, purls))
    except NotAskedError as error:
        sys.stdout.write(f"NOT CHECKED: {database} could not be asked about {len(purls)} packages ({error}).\n")
        return 0
    for purl, ids in found.items():
        sys.stdout.write(f"{purl}: {', '.join(ids)}\n")
    count = sum(map(len, found.values()))
    sys.stdout.write(f"Known advisories: {count}. {database} was asked about {len(purls)} packages.\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
