"""What a home, a stranger or a broken client tries at the upload door, over real HTTP and raw sockets."""

from __future__ import annotations

import asyncio
import base64
import gzip
import io
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from yarl import URL

from hub.kit.errors import HubError
from hub.kit.limits import SHARES, SHORT_PIECES
from hub.shares.upload.homes import Homes, Promises
from hub.shares.upload.limits import SHORT_PIECE_BYTES, Limits
from hub.shares.upload.staging import Staging
from milton_protocol import canonical, dsse
from milton_protocol.messages.shares.share import PartName, Share
from tests.cases import in_ci
from tests.simulators.broker_bench import eventually
from tests.simulators.hub_bench import running_hub
from tests.simulators.sealed_share import PIECE_TYPE, HomeClient, checksum, seal_share

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from tests.simulators.hub_bench import HubBench
    from tests.simulators.sealed_share import SealedShare

PIECE_S = 1.5
HOMES_SHORTEST_BYTES = 64 * 1024  # PIECE_SIZE_MIN_BYTES of the integration: what a line that breaks is asked to bring
HOMES_WAIT_S = 1.0  # and how long a home waits at least after a piece that failed (RETRY_S of its outbox)
QUICK = Limits(idle_s=0.6, piece_s=PIECE_S, pieces_at_once=4, pieces_for_one_home=2, shares=replace(SHARES, burst=5))


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[HubBench]:
    """Run a hub with short patience."""
    async with running_hub(tmp_path, limits=QUICK) as started:
        yield started


@pytest.fixture
async def patient(tmp_path: Path) -> AsyncIterator[HubBench]:
    """Run a hub that waits for a home that pauses."""
    async with running_hub(tmp_path, limits=Limits()) as started:
        yield started


@pytest.fixture
async def share(bench: HubBench) -> SealedShare:
    """Announce a share."""
    sealed = bench.share()
    assert await bench.home.announce(sealed) == 201
    return sealed


def rule_of(answer: tuple[int, Mapping[str, str], bytes]) -> tuple[int, str]:
    """Return status and rule of a refusal."""
    status, _, body = answer
    return status, json.loads(body)["error"]


async def test_other_bytes_under_the_same_id_are_refused(bench: HubBench, share: SealedShare) -> None:
    """Neither can the share's own key replace it, nor who has stolen its share key spoil its upload."""
    other = await bench.new_home()
    resealed = bench.share(one_time_key=share.one_time_key)
    assert rule_of(await bench.home.ask("POST", "/v1/shares", data=resealed.envelope)) == (409, "share_differs")
    body = resealed.bodies["clip"]
    assert rule_of(await other.patch(share, 0, body + b"x" * (len(share.bodies["clip"]) - len(body)))) == (
        460,
        "digest_differs",
    )
    await bench.home.send(share)
    assert await bench.events(share) == ["received"]


async def test_another_home_that_steals_a_share_key_changes_nothing(bench: HubBench, share: SealedShare) -> None:
    """It shows what was uploaded and what became of it; nobody else ends, spoils, repeats or takes back that share."""
    await bench.home.send(share)
    other, forged = await bench.new_home(), bench.share(share_id=share.share.share_id)
    assert rule_of(await other.ask("DELETE", share.url(), headers=share.tus)) == (409, "already_received")
    assert rule_of(await other.ask("POST", "/v1/shares", data=forged.envelope)) == (400, "share_id_wrong")
    status, headers, _ = await other.patch(share, len(share.bodies["clip"]), b"")
    assert (status, headers["Upload-Offset"]) == (204, str(len(share.bodies["clip"])))
    assert rule_of(await other.patch(share, 0, b"x")) == (409, "offset_differs")
    stolen = share.withdrawal(key=forged.one_time_key)
    assert rule_of(await other.ask("POST", "/v1/withdrawals", data=stolen)) == (404, "share_unknown")
    assert await bench.events(share) == ["received"]


async def test_one_homes_token_ends_that_home_only(bench: HubBench, share: SealedShare) -> None:
    """Leaving with it puts out nobody else, and it opens nothing afterwards."""
    other = await bench.new_home()
    assert (await other.ask("DELETE", "/v1/enrolment"))[0] == 200
    assert rule_of(await other.patch(share, 0, b"x")) == (401, "home_unknown")
    assert (await bench.home.ask("GET", "/v1/feed"))[0] == 200
    await bench.home.send(share)
    assert await bench.events(share) == ["received"]


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/v1/shares"), ("HEAD", None), ("PATCH", None), ("DELETE", None), ("POST", None)],
)
async def test_nobody_without_a_token_gets_past_the_door(
    bench: HubBench, share: SealedShare, method: str, path: str | None
) -> None:
    """401 for no token and for a made-up one."""
    for token in ("", "x" * 43):
        stranger = HomeClient(bench.session, bench.homes_url, token)
        status, _, _ = await stranger.ask(method, path or share.url(), headers=share.tus, data=b"")
        assert status == 401


@pytest.mark.parametrize(
    ("path", "refused"),
    [
        ("/v1/uploads/{id}/../clip", 404),
        ("/v1/uploads/{id}/..%2f..%2fhub.sqlite", 404),
        ("/v1/uploads/..%2f..%2fkeys/clip", 404),
        ("/v1/uploads/{id}/clip%00", 400),
        ("/v1/uploads/{ID}/clip", 404),
        ("/v1/uploads/{id}/other", 404),
        ("/v1/uploads/{id}x/clip", 404),
        ("/v1/uploads/00000000000000000000000000000000/clip", 404),
    ],
)
async def test_no_path_leads_out_of_the_uploads(bench: HubBench, share: SealedShare, path: str, refused: int) -> None:
    """Only announced ids and the three names are uploads; the disk has no new file."""
    before = sorted(bench.settings.folder.rglob("*"))
    identifier = share.share.share_id
    url = URL(bench.homes_url + path.format(id=identifier, ID="A" + identifier[1:].upper()), encoded=True)
    headers = bench.home.headers | share.tus | {"Upload-Offset": "0", "Content-Type": PIECE_TYPE}
    async with bench.session.patch(url, headers=headers, data=b"x") as response:
        assert response.status == refused
    assert sorted(bench.settings.folder.rglob("*")) == before


async def test_a_wrong_checksum_leaves_nothing_of_the_piece(bench: HubBench, share: SealedShare) -> None:
    """460, and the offset is where it was."""
    body = share.bodies["clip"]
    await bench.home.patch(share, 0, body[:1000])
    answer = await bench.home.patch(share, 1000, body[1000:2000], headers=checksum(b"other"))
    assert rule_of(answer) == (460, "checksum_differs")
    assert await bench.home.offset(share) == 1000


@pytest.mark.parametrize(
    "value", ["md5 AAAA", "sha256", "sha256 !!!!", "sha256 AAAA", "sha1 2jmj7l5rSw0yVb/vlWAYkK/YBwk="]
)
async def test_a_malformed_checksum_is_refused(bench: HubBench, share: SealedShare, value: str) -> None:
    """Unknown algorithms and short digests are no checksum."""
    answer = await bench.home.patch(share, 0, b"x", headers={"Upload-Checksum": value})
    assert rule_of(answer) == (400, "checksum_form")


async def test_wrong_bytes_of_the_right_size_never_count(bench: HubBench, share: SealedShare) -> None:
    """The whole body is judged by its announced digest; after a refusal the upload starts again."""
    answer = await bench.home.patch(share, 0, bytes(len(share.bodies["clip"])))
    assert rule_of(answer) == (460, "digest_differs")
    assert await bench.home.offset(share) == 0
    await bench.home.send(share)
    assert await bench.events(share) == ["received"]


async def test_a_compressed_body_is_refused_unread(bench: HubBench, share: SealedShare) -> None:
    """A gzip bomb would be unpacked by the server's parser."""
    bomb = gzip.compress(bytes(10_000_000))
    answer = await bench.home.patch(share, 0, bomb, headers={"Content-Encoding": "gzip"})
    assert rule_of(answer) == (415, "encoded_body")
    answer = await bench.home.ask("POST", "/v1/shares", data=bomb, headers={"Content-Encoding": "gzip"})
    assert rule_of(answer) == (415, "encoded_body")
    assert await bench.home.offset(share) == 0


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"Tus-Resumable": "0.2.2"}, (412, "tus_version")),
        ({"Content-Type": "application/json"}, (415, "not_offset_bytes")),
        ({"Upload-Offset": "-1"}, (400, "header_missing")),
        ({"Upload-Offset": "1e3"}, (400, "header_missing")),
        ({"Upload-Offset": "٣"}, (400, "header_missing")),
        ({"Upload-Offset": "9" * 400}, (400, "header_missing")),
        ({"Upload-Offset": "9" * 15}, (413, "piece_too_long")),
    ],
)
async def test_a_malformed_piece_is_refused_by_name(
    bench: HubBench, share: SealedShare, headers: dict[str, str], expected: tuple[int, str]
) -> None:
    """Every refusal says which rule, and carries the tus version."""
    answer = await bench.home.patch(share, 0, b"x", headers=headers)
    assert rule_of(answer) == expected
    assert answer[1]["Tus-Resumable"] == "1.0.0"


async def test_a_piece_beyond_the_announced_size_is_refused(bench: HubBench, share: SealedShare) -> None:
    """With a length at once; in chunks as soon as it runs over."""
    body = share.bodies["clip"]
    assert rule_of(await bench.home.patch(share, 0, body + b"x")) == (413, "piece_too_long")

    async def chunks() -> AsyncIterator[bytes]:
        yield body
        yield b"x" * 100_000

    assert rule_of(await bench.home.patch(share, 0, chunks())) == (413, "piece_too_long")
    assert await bench.events(share) == []


async def test_a_piece_over_16_mib_is_refused(bench: HubBench) -> None:
    """Also of a body that is larger than that."""
    share = bench.share(clip=bytes(17 * 2**20))
    await bench.home.announce(share)
    answer = await bench.home.patch(share, 0, io.BytesIO(share.bodies["clip"][: 16 * 2**20 + 1]))
    assert rule_of(answer) == (413, "piece_too_long")


async def test_one_byte_chunks_arrive_and_cost_no_trip_to_the_disk_each(bench: HubBench) -> None:
    """Tiny chunks are gathered."""
    share = bench.share(clip=b"c" * 4000)
    await bench.home.announce(share)
    body = share.bodies["clip"]

    async def bytewise() -> AsyncIterator[bytes]:
        for value in body:
            yield bytes([value])

    status, headers, _ = await bench.home.patch(share, 0, bytewise(), headers=checksum(body))
    assert (status, headers["Upload-Offset"]) == (204, str(len(body)))


@pytest.mark.parametrize("pause_s", in_ci([0.2, 5.0], [0.2]))
async def test_a_slow_body_is_bounded_in_time_and_keeps_what_came(
    bench: HubBench, share: SealedShare, pause_s: float
) -> None:
    """A drip ends by the piece's time, silence by the idle time; the connection's place is free again."""

    async def drip() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield share.bodies["clip"][:1]
            await asyncio.sleep(pause_s)

    began = asyncio.get_running_loop().time()
    for _ in range(QUICK.pieces_for_one_home + 1):
        status, _, _ = await bench.home.patch(share, await bench.home.offset(share), drip())
        assert status == 408
    assert asyncio.get_running_loop().time() - began < (QUICK.pieces_for_one_home + 1) * (PIECE_S + 1)
    assert await bench.home.offset(share) >= 1


async def test_a_cut_connection_keeps_what_came_without_a_checksum_and_nothing_with_one(
    patient: HubBench,
) -> None:
    """A piece is whole or, when its checksum can't be judged, not there."""
    bench, share = patient, patient.share()
    assert await bench.home.announce(share) == 201
    body = share.bodies["clip"]
    for headers, expected in (({}, 30_000), (checksum(body), 0)):
        fields = {
            "Host": "localhost",
            "Content-Length": str(len(body)),
            "Upload-Offset": "0",
            "Content-Type": PIECE_TYPE,
        }
        await _send_and_cut(bench, share, fields | headers, body[:30_000])

        async def free() -> bool:
            return await _is_free(bench, share)

        await eventually(free)
        assert await bench.home.offset(share) == expected
        assert (await bench.home.ask("DELETE", share.url(), headers=share.tus))[0] == 204
        await bench.home.announce(share)


async def test_two_writers_at_once_are_one_too_many(bench: HubBench, share: SealedShare) -> None:
    """The second piece is told to wait (423) while the first is being taken."""
    started = asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        yield share.bodies["clip"][:100]
        started.set()
        await asyncio.sleep(0.3)
        yield share.bodies["clip"][100:200]

    first = asyncio.create_task(bench.home.patch(share, 0, slow()))
    await started.wait()
    await asyncio.sleep(0.1)
    assert rule_of(await bench.home.patch(share, 0, b"x" * 10)) == (423, "upload_locked")
    assert (await first)[0] == 204
    assert await bench.home.offset(share) == 200


async def test_one_home_cannot_hold_every_place(bench: HubBench) -> None:
    """The third slow piece of one home is told to wait (503); another home's piece is taken."""
    shares = [bench.share(clip=bytes([number]) * 1000) for number in range(QUICK.pieces_for_one_home + 1)]
    for each in shares:
        await bench.home.announce(each)

    async def held(body: bytes) -> AsyncIterator[bytes]:
        yield body[:1]
        await asyncio.sleep(0.4)
        yield body[1:]

    slow = [asyncio.create_task(bench.home.patch(each, 0, held(each.bodies["clip"]))) for each in shares[:-1]]
    await asyncio.sleep(0.2)
    assert rule_of(await bench.home.patch(shares[-1], 0, b"x")) == (503, "busy")
    other = await bench.new_home()
    assert (await other.patch(shares[-1], 0, shares[-1].bodies["clip"]))[0] == 204
    assert [(await each)[0] for each in slow] == [204] * len(slow)


async def test_one_home_cannot_announce_without_end_and_others_still_can(bench: HubBench) -> None:
    """429 for the flood, 201 for the neighbor; repeats of a known share are not counted."""
    shares = [bench.share(clip=b"c") for _ in range(QUICK.shares.burst + 1)]
    answers = [await bench.home.announce(share) for share in shares]
    assert answers == [201] * QUICK.shares.burst + [429]
    assert await bench.home.announce(shares[0]) == 200
    assert await (await bench.new_home()).announce(shares[-1]) == 201


async def test_one_home_cannot_take_all_room_by_announcing_and_others_still_can(tmp_path: Path) -> None:
    """What is announced keeps room for a week: half of it at most is one home's."""
    free_bytes = Staging(tmp_path / "staged").free_bytes()
    ninth = min(2**30, (free_bytes - Limits().disk_reserve_bytes) // 9)
    async with running_hub(tmp_path, limits=Limits(disk_reserve_bytes=free_bytes - 9 * ninth)) as bench:

        async def announce(home: HomeClient, size_bytes: int) -> int:
            share = bench.share(clip=b"c")
            parts = [replace(each, body_size_bytes=size_bytes) for each in share.share.parts[:1]]
            large = replace(share.share, parts=(*parts, *share.share.parts[1:]))
            envelope = dsse.sign(Share.PAYLOAD_TYPE, large.to_bytes(), [share.one_time_key])
            status, _, _ = await home.ask("POST", "/v1/shares", data=envelope)
            return status

        other = await bench.new_home()
        assert [await announce(bench.home, ninth) for _ in range(10)] == [201] * 4 + [507] * 6
        assert await announce(other, ninth) == 201
        share = bench.share()
        await other.send(share)
        assert await bench.events(share) == ["received"]


def test_bytes_that_came_count_no_more_and_a_week_forgets_the_rest() -> None:
    """Also where they come before others of the same home, and more of them than were announced."""
    promises, now = Promises(Homes(), timedelta(days=7), at_once=3), datetime(2026, 11, 29, tzinfo=UTC)

    def refuses(size_bytes: int, later: timedelta = timedelta()) -> bool:
        try:
            promises.count("home", size_bytes, 200, now + later)
        except HubError:
            return True
        return False

    assert not refuses(60)
    assert refuses(60)
    promises.came("home", 20)
    assert not refuses(60)
    assert refuses(1)
    promises.came("home", 1_000)
    assert [refuses(10) for _ in range(4)] == [False] * 3 + [True]  # so many at once
    assert not refuses(100, timedelta(days=7))


async def test_a_share_that_is_not_sealed_to_the_requests_recipients_is_refused(bench: HubBench) -> None:
    """Another recipients' hash, and a header with too few stanzas."""
    good = bench.share()
    wrong_hash = replace(good.share, recipients_sha256="0" * 64)
    few = seal_share(replace(bench.request, recipients=bench.request.recipients[:2]), bench.request_id)
    few_stanzas = replace(few.share, recipients_sha256=good.share.recipients_sha256)
    for share, key in ((wrong_hash, good.one_time_key), (few_stanzas, few.one_time_key)):
        envelope = dsse.sign(Share.PAYLOAD_TYPE, share.to_bytes(), [key])
        answer = await bench.home.ask("POST", "/v1/shares", data=envelope)
        assert rule_of(answer) == (400, "recipients_differ")


async def test_an_unsigned_or_foreign_signed_share_is_refused(bench: HubBench) -> None:
    """Only the share's own one-time key speaks for it."""
    good, other = bench.share(), bench.share()
    forged = dsse.sign(Share.PAYLOAD_TYPE, good.share.to_bytes(), [other.one_time_key])
    assert rule_of(await bench.home.ask("POST", "/v1/shares", data=forged)) == (400, "signature_missing")
    for junk in (b"", b"{}", b"\xff", b"[" * 100, good.envelope + b" "):
        status, rule = rule_of(await bench.home.ask("POST", "/v1/shares", data=junk))
        assert status == 400
        assert rule
    assert rule_of(await bench.home.ask("POST", "/v1/shares", data=b"x" * 70_000)) == (413, "message_too_long")


async def test_only_the_one_time_key_withdraws_a_share(bench: HubBench, share: SealedShare) -> None:
    """Another key, another request, an unknown share, a replay of somebody else's word: nothing happens."""
    await bench.home.send(share)
    other = bench.share()
    attempts = (
        (share.withdrawal(key=other.one_time_key), 404),
        (share.withdrawal(request_id="0" * 64), 404),
        (other.withdrawal(), 404),
        (share.envelope, 400),
        (b"{}", 400),
    )
    for envelope, expected in attempts:
        status, _, _ = await bench.home.ask("POST", "/v1/withdrawals", data=envelope)
        assert status == expected
    assert await bench.events(share) == ["received"]


async def test_only_the_one_time_key_agrees_to_anything(bench: HubBench, share: SealedShare) -> None:
    """Another key, another request, another share's consent, a withdrawal for a consent, a bent one: nothing."""
    other = bench.share()
    await bench.home.send(share)
    await bench.home.send(other)
    good = json.loads(share.consent())
    payload = json.loads(base64.b64decode(good["payload"]))
    moved = canonical.encode(payload | {"share_id": other.share.share_id})
    attempts = (
        (share.consent(key=other.one_time_key), (404, "share_unknown")),
        (share.consent(request_id="0" * 64), (404, "share_unknown")),
        (canonical.encode(good | {"payload": base64.b64encode(moved).decode()}), (404, "share_unknown")),
        (share.withdrawal(), (400, "unknown_type")),
        (share.envelope, (400, "unknown_type")),
        (share.consent() + b" ", (400, "not_canonical")),
        (b"x" * 70_000, (413, "message_too_long")),
    )
    for envelope, expected in attempts:
        assert rule_of(await bench.home.ask("POST", "/v1/consents", data=envelope)) == expected
    assert rule_of(await bench.home.ask("POST", "/v1/withdrawals", data=share.consent())) == (400, "unknown_type")
    custodian = await bench.sign_in("custodian")
    for each in (share, other):
        path = f"/api/shares/{each.share.share_id}/accept"
        assert rule_of(await bench.officer_asks(custodian, "POST", path)) == (409, "too_early")


async def test_an_officer_sees_only_shares_of_own_requests(bench: HubBench, share: SealedShare) -> None:
    """Others get 404, as for a share that does not exist; a supervisor has no share at all; no session, no answer."""
    await bench.home.send(share)
    foreign = await bench.foreign_share()
    path = f"/api/shares/{foreign.share.share_id}"
    officer = await bench.sign_in("officer")
    for tail in ("", "/parts/clip/body"):
        assert rule_of(await bench.officer_asks(officer, "GET", path + tail)) == (404, "share_unknown")
    status, _, body = await bench.officer_asks(officer, "GET", f"/api/shares?request={foreign.share.request_id}")
    assert (status, json.loads(body)) == (200, {"shares": []})
    supervisor = await bench.sign_in("supervisor")
    assert rule_of(await bench.officer_asks(supervisor, "GET", path)) == (403, "not_allowed")
    accept = f"/api/shares/{share.share.share_id}/accept"
    assert rule_of(await bench.officer_asks(officer, "POST", accept)) == (403, "not_allowed")
    assert (await bench.officer_asks({}, "GET", path))[0] == 401
    assert await bench.events(foreign) == ["received"]


async def _send_and_cut(bench: HubBench, share: SealedShare, headers: dict[str, str], data: bytes) -> None:
    """Send the beginning of a PATCH over a raw socket, and drop the connection once the hub takes it."""
    url = URL(bench.homes_url)
    _, writer = await asyncio.open_connection(url.host, url.port)
    fields = bench.home.headers | share.tus | headers
    lines = [f"PATCH {share.url()} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items())]
    writer.write("\r\n".join([*lines, "", ""]).encode() + data)
    await writer.drain()

    async def taken() -> bool:
        return not await _is_free(bench, share)

    await eventually(taken)
    writer.transport.abort()


async def _is_free(bench: HubBench, share: SealedShare) -> bool:
    """Say whether no piece holds the body, by the system's own list of locks: to try the lock would be to take it."""
    body = bench.settings.staging_folder / f"{share.share.share_id}.clip"
    held = await asyncio.to_thread(Path("/proc/locks").read_text, "ascii")
    return f":{body.stat().st_ino} " not in held


@pytest.mark.parametrize("ends", ["whole", "cut", "wrong checksum", "empty"])
async def test_one_home_sends_so_many_short_pieces_a_minute_and_no_more(tmp_path: Path, ends: str) -> None:
    """Each costs a write to the disk, even when cut off or refused; others go on, and this home a minute later."""
    most = 5
    async with running_hub(
        tmp_path, limits=Limits(short_pieces=replace(SHORT_PIECES, burst=most, per_s=most / 60))
    ) as bench:
        share, home = bench.share(clip=bytes(4 * SHORT_PIECE_BYTES)), bench.home
        body = share.bodies["clip"]
        assert await home.announce(share) == 201
        if ends == "cut":
            await home.patch_and_cut(share, body[:1], announced_bytes=SHORT_PIECE_BYTES)
        for _ in range(most - (ends == "cut")):
            offset = await home.offset(share)
            headers = checksum(b"another") if ends == "wrong checksum" else None
            piece = b"" if ends == "empty" else body[offset : offset + 1]
            assert (await home.patch(share, offset, piece, headers=headers))[0] in {204, 460}
        offset = await home.offset(share)
        piece = body[offset : offset + SHORT_PIECE_BYTES]
        assert rule_of(await home.patch(share, offset, piece)) == (429, "too_many_pieces")
        assert await home.offset(share) == offset
        await (await bench.new_home()).send(bench.share())
        bench.clock.ahead += timedelta(minutes=1)
        assert (await home.patch(share, offset, piece))[0] == 204


def test_an_honest_home_sends_fewer_short_pieces_than_it_may() -> None:
    """Every part of an hour's shares at once, each under the bound, and a line that breaks again and again."""
    limits = Limits()
    last_pieces = limits.shares.burst * len(PartName)
    broken_pieces = 60 / HOMES_WAIT_S
    assert last_pieces + broken_pieces < limits.short_pieces.burst
    assert SHORT_PIECE_BYTES <= HOMES_SHORTEST_BYTES
