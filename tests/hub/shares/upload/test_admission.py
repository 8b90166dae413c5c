"""What a share claims in clear is judged before a byte of it is taken."""

from __future__ import annotations

import gzip
import json
import logging
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from milton_protocol import dsse
from milton_protocol.messages.shares.share import Share
from milton_protocol.sealing.keys import format_recipient

if TYPE_CHECKING:
    from tests.simulators.hub_bench import HubBench
    from tests.simulators.sealed_share import SealedShare

ENCODED = {"Content-Encoding": "gzip"}
LOW_ORDER = format_recipient(bytes(32))
BAD_CHECKSUM = LOW_ORDER[:-1] + ("q" if LOW_ORDER[-1] != "q" else "p")


async def _refusal(bench: HubBench, sealed: SealedShare, share: Share) -> tuple[int, str]:
    """Announce ``share`` under the key of ``sealed``; return status and rule."""
    envelope = dsse.sign(Share.PAYLOAD_TYPE, share.to_bytes(), [sealed.one_time_key])
    status, _, answer = await bench.home.ask("POST", "/v1/shares", data=envelope)
    return status, json.loads(answer)["error"]


@pytest.mark.parametrize("recipient", [BAD_CHECKSUM, LOW_ORDER])
async def test_a_share_that_no_receipt_can_be_sealed_to_is_refused(bench: HubBench, recipient: str) -> None:
    """Its last byte could never be acknowledged, and its deletion never be told."""
    sealed = bench.share()
    share = replace(sealed.share, receipt_recipient=recipient)
    assert await _refusal(bench, sealed, share) == (400, "age_key_malformed")


@pytest.mark.parametrize(
    ("old", "new"),
    [(b"-> X25519 ", b"-> X25518 "), (b"-> X25519 ", b"-> X25519 extra "), (b"--- ", b"-> oil-grease\n\n--- ")],
)
async def test_a_header_with_another_stanza_is_refused(bench: HubBench, old: bytes, new: bytes) -> None:
    """One X25519 stanza for each recipient and nothing else: not another type, not one more."""
    sealed = bench.share()
    parts = tuple(replace(part, header=part.header.replace(old, new, 1)) for part in sealed.share.parts)
    assert await _refusal(bench, sealed, replace(sealed.share, parts=parts)) == (400, "recipients_differ")


async def test_a_packed_body_is_never_unpacked(bench: HubBench, caplog: pytest.LogCaptureFixture) -> None:
    """A share says ``encoded_body``; elsewhere the packed bytes are judged as they are. None is an error of the hub."""
    for body in (gzip.compress(b"{}"), b"{}"):
        status, _, answer = await bench.home.ask("POST", "/v1/shares", headers=ENCODED, data=body)
        assert (status, json.loads(answer)["error"]) == (415, "encoded_body")
    status, _, answer = await bench.home.ask("POST", "/v1/enrol", headers=ENCODED, data=gzip.compress(b"{}"))
    assert (status, json.loads(answer)["error"]) == (400, "not_utf8")
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []
