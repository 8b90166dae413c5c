"""The books of a hub, read from its disk as it stands: what must hold at any moment, and from one to the next."""

from __future__ import annotations

import base64
import hashlib
import json
from collections import Counter as Tally
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from hub.audit.model import AuditRow
from hub.audit.trail import first_broken
from hub.auditors.flags.service import first_false
from hub.auditors.model import ChannelRow
from hub.db.counters import Counter
from hub.db.engine import Database
from hub.enrollment.model import Home
from hub.kit.settings import Settings
from hub.kit.settings_table import SETTINGS_NAME
from hub.publiclog.model import LogCheckpoint, LogLeaf
from hub.requests.model import RequestRow
from hub.shares.record.custody import ReceiptRow
from hub.shares.record.model import SharePartRow, ShareRow, ShareState
from hub.topics.model import FeedState, Topic
from milton_protocol.messages.requests.live import LiveStatement
from milton_protocol.messages.shares.receipt import SealedReceipts
from milton_protocol.translog import merkle
from milton_protocol.translog.checkpoint import Checkpoint
from milton_protocol.translog.note import SignedNote

if TYPE_CHECKING:
    from pathlib import Path

AT_REST = {ShareState.RECEIVED, ShareState.ACCEPTED, ShareState.REMOVED}
SHARES = ("share.received", "share.accepted", "share.withdrawn")
ONCE = ("request.drafted", "request.logged", "request.waits", "request.published", *SHARES)
MADE = {"request", "urgent_request"}
LOGGED = {"logged", "cosigned", "published", "expired", "resolved"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """Everything that was written down, by its key."""

    leaves: tuple[bytes, ...]
    notes: dict[int, str]
    audit: tuple[AuditRow, ...]
    audit_breaks_at: int | None
    false_flag: int | None
    told: frozenset[str]  # by which ways flags were told
    counters: dict[str, int]
    epoch: str | None
    topics: dict[str, Topic]
    requests: dict[str, RequestRow]
    homes: dict[str, Home]
    shares: dict[str, ShareRow]
    parts: tuple[SharePartRow, ...]
    receipts: dict[str, tuple[ReceiptRow, ...]]
    blobs: dict[str, bytes]

    def events(self, share_id: str) -> list[str]:
        """Return what the receipts of a share say."""
        return [row.event for row in self.receipts.get(share_id, ())]

    def acts(self, action: str, subject: str | None = None, detail: str | None = None) -> int:
        """Return how often the trail has an act."""
        found = (row for row in self.audit if row.action == action and subject in {None, row.subject})
        return sum(detail in {None, row.detail} for row in found)

    def state(self, request_id: str) -> str:
        """Return the state of a request, or that there is none."""
        row = self.requests.get(request_id)
        return "-" if row is None else row.state

    def sealed_receipts(self, share_id: str) -> SealedReceipts:
        """Return what the home of a share is given."""
        rows = self.receipts.get(share_id, ())
        return SealedReceipts(share_id=share_id, sealed=tuple(row.sealed for row in rows))

    def payload(self, topic: str) -> bytes | None:
        """Return what a topic has."""
        row = self.topics.get(topic)
        return None if row is None else row.payload

    def live(self) -> LiveStatement:
        """Return the newest live statement."""
        envelope = json.loads(self.payload("live") or b"{}")
        return LiveStatement.from_bytes(base64.b64decode(envelope["payload"]))


async def read_books(folder: Path) -> Books | None:
    """Read them, also while a hub runs; None before there is a hub."""
    if not (folder / "hub" / SETTINGS_NAME).exists():
        return None
    settings = Settings.load(folder)
    async with aclosing(_Closing(Database(settings.database_url))) as closing, closing.database.reading() as session:

        async def rows(model: Any, *order: Any) -> list[Any]:  # noqa: ANN401 - one query for every table
            return list((await session.scalars(select(model).order_by(*order))).all())

        receipts: dict[str, list[ReceiptRow]] = {}
        for row in await rows(ReceiptRow, ReceiptRow.share_id, ReceiptRow.sequence):
            receipts.setdefault(row.share_id, []).append(row)
        state = await session.get(FeedState, 1)
        return Books(
            leaves=tuple(row.leaf for row in await rows(LogLeaf, LogLeaf.index)),
            notes={row.size: row.note for row in await rows(LogCheckpoint)},
            audit=tuple(await rows(AuditRow, AuditRow.number)),
            audit_breaks_at=await first_broken(session),
            false_flag=await first_false(session),
            told=frozenset(row.name for row in await rows(ChannelRow) if row.told_at is not None),
            counters={row.name: row.value for row in await rows(Counter)},
            epoch=None if state is None else state.epoch,
            topics={row.name: row for row in await rows(Topic)},
            requests={row.request_id: row for row in await rows(RequestRow)},
            homes={row.home_id: row for row in await rows(Home)},
            shares={row.share_id: row for row in await rows(ShareRow)},
            parts=tuple(await rows(SharePartRow)),
            receipts={share_id: tuple(each) for share_id, each in receipts.items()},
            blobs=_blobs(settings.folder / "blobs" / "shares"),
        )


class _Closing:
    def __init__(self, database: Database) -> None:
        self.database = database

    async def aclose(self) -> None:
        await self.database.close()


def _blobs(folder: Path) -> dict[str, bytes]:
    """Return every stored body by share and part; what is still being written there is none."""
    found = {}
    for path in folder.glob("*/*"):
        if "#" not in path.name:
            found[f"{path.parent.name}/{path.name}"] = path.read_bytes()
    return found


def check_books(books: Books) -> None:
    """Check what holds at any moment, also right after a kill."""
    assert books.audit_breaks_at is None
    assert books.false_flag is None
    _check_log(books)
    _check_requests(books)
    _check_topics(books)
    for share in books.shares.values():
        _check_share(books, share)
    acts = Tally((row.action, row.subject) for row in books.audit if row.action in ONCE)
    assert not [act for act, count in acts.items() if count > 1]


def check_follows(books: Books, earlier: Books) -> None:
    """Check that nothing that was written was taken back or changed, and that no number went back.

    Where the keys were replaced meanwhile, homes read all topics again, and checkpoints by the earlier key are gone.
    """
    replaced = books.acts("hub.recovered") > earlier.acts("hub.recovered")
    assert books.leaves[: len(earlier.leaves)] == earlier.leaves
    assert replaced or books.notes.items() >= earlier.notes.items()
    assert [row.digest for row in books.audit[: len(earlier.audit)]] == [row.digest for row in earlier.audit]
    assert replaced or books.told >= earlier.told
    assert replaced or books.epoch == (earlier.epoch or books.epoch)
    assert all(books.counters[name] >= value for name, value in earlier.counters.items())
    assert all(books.topics[name].seq >= topic.seq for name, topic in earlier.topics.items())
    for share_id, rows in earlier.receipts.items():
        assert [row.envelope for row in books.receipts[share_id][: len(rows)]] == [row.envelope for row in rows]


def _check_log(books: Books) -> None:
    """Every checkpoint that was ever signed is one of this log; nobody's request has two leaves of a kind."""
    hashes = [merkle.leaf_hash(leaf) for leaf in books.leaves]
    assert books.counters.get("log", 0) == len(hashes)
    for size, note in books.notes.items():
        checkpoint = Checkpoint.parse(SignedNote.parse(note).text)
        assert (checkpoint.size, checkpoint.root) == (size, merkle.root(hashes[:size]))
    told = Tally((leaf["kind"], leaf["id"]) for leaf in map(json.loads, books.leaves) if leaf["kind"] != "refusal")
    assert not [which for which, count in told.items() if count > 1]


def _check_requests(books: Books) -> None:
    """Compare each request with its leaf, which it has from when it is logged, and its topic."""
    for request_id, row in books.requests.items():
        leaf = None if row.leaf_index is None else json.loads(books.leaves[row.leaf_index])
        assert leaf is None or (leaf["kind"] in MADE and leaf["id"] == request_id)
        if row.state in LOGGED and (row.state != "expired" or row.published_at):
            assert leaf is not None, row.state
        is_sent = books.payload(f"requests/{request_id}") is not None
        assert not is_sent or row.published_at is not None
        if row.state == "published":
            assert is_sent


def _check_topics(books: Books) -> None:
    seqs = [topic.seq for topic in books.topics.values()]
    assert len(set(seqs)) == len(seqs)
    assert max(seqs, default=0) <= books.counters.get("feed", 0)
    if books.payload("live") is not None:
        live = books.live()
        assert live.sequence == books.counters["live"]
        assert live.checkpoint in books.notes.values()
        assert set(live.live) <= {each for each, row in books.requests.items() if row.state == "published"}


def _check_share(books: Books, share: ShareRow) -> None:
    """Receipts are as the state says and numbered without a gap; bytes are whole; no topic names the share."""
    rows, events = books.receipts.get(share.share_id, ()), books.events(share.share_id)
    assert [row.sequence for row in rows] == list(range(1, len(rows) + 1))
    assert not any(share.share_id in topic for topic in books.topics)
    for event in ("received", "accepted", "withdrawn", "deleted"):
        assert events.count(event) <= 1
    assert events.count("held") - events.count("released") == (share.held_since is not None)
    assert ("received" in events) == (share.received_at is not None)
    if share.state in AT_REST:
        for part in (part for part in books.parts if part.share_id == share.share_id):
            body = books.blobs[f"{share.share_id}/{part.name}"]
            assert hashlib.sha256(body).hexdigest() == part.body_sha256
    if share.deleted_at is not None:
        assert not [name for name in books.blobs if name.startswith(share.share_id)]
