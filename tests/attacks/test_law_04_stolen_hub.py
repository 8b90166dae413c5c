"""Law 4: a stolen hub makes no request, names no recipient, and turns no sign-in into a signature.

The thief has a real hub's folder, running: its database, its keys for live statements and log, its pages. What is
forged is put together as well as it can be, logged, named in a live statement, and judged as a home judges it.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest

from hub.kit.access import system
from hub.kit.passkeys.service import relying_of
from hub.live.service import LiveStatements
from hub.publiclog.service import PublicLog
from hub.requests import repository
from milton_protocol import dsse
from milton_protocol.errors import ProtocolError
from milton_protocol.messages.city.directory import Directory, Recipient, RecipientRole
from milton_protocol.messages.city.record import CityRecord, ServedBy
from milton_protocol.messages.log.leaf import leaf_of
from milton_protocol.messages.requests.bundle import Bundle
from milton_protocol.messages.requests.live import LiveStatement
from milton_protocol.messages.requests.request import Request, RequestRecipient, request_id
from milton_protocol.sealing.age import Identity
from milton_protocol.translog.witness import WitnessPolicy
from milton_protocol.trust import Pins, Trust, check_trust
from milton_protocol.verification import Notice, Refusal, VerifiedRequest, verify_request
from tests.simulators.agency import running_agency
from tests.simulators.answered import payload_of
from tests.simulators.city import Passkey

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from hub.requests.model import AssertionRow
    from milton_protocol.messages.requests.assertion import Assertion
    from tests.simulators.agency import Agency

THIEF = Identity.generate()


@dataclass(frozen=True, slots=True, kw_only=True)
class Thief:
    """Whoever holds the hub. ``good`` is an officer's request that was published before."""

    agency: Agency
    good: Request
    good_id: str

    @property
    def keys(self) -> tuple[Ed25519PrivateKey, Ed25519PrivateKey]:
        """Return the keys that lie on the hub."""
        return self.agency.hub.keys.hub_key, self.agency.hub.keys.log_key

    async def published(self, *, city_record: bytes = b"", directory: bytes = b"", ids: tuple[str, ...] = ()) -> Trust:
        """Publish documents, the thief's own where given, under a live statement that fits; judge as a home does."""
        hub = self.agency.hub
        log = PublicLog(hub.settings.log_origin, hub.keys.log_key)
        async with hub.database.session("test") as session:
            sent = await self.agency.directory.envelopes(session)
            record, people = city_record or sent.city_record, directory or sent.directory
            live = LiveStatements(hub_key=hub.keys.hub_key, topics=hub.topics, directory=self.agency.directory, log=log)
            said = await live.issue(session, system("thief"), hub.clock())
            said = replace(
                said,
                city_record_sha256=hashlib.sha256(record).hexdigest(),
                directory_sha256=hashlib.sha256(people).hexdigest(),
                live=tuple(sorted({*said.live, *ids})),
                withdrawn=(),
            )
        envelope = dsse.sign(LiveStatement.PAYLOAD_TYPE, said.to_bytes(), [hub.keys.hub_key])
        root = self.agency.directory.root_public_key
        return check_trust(root, record, people, sent.revocations, envelope, self.pins(), hub.clock())

    def pins(self) -> Pins:
        """Return what a home has pinned: the root, nothing seen yet (the thief's best case)."""
        return Pins(
            root_key_sha256=hashlib.sha256(self.agency.directory.root_public_key).hexdigest(),
            agency_id=None,
            city_record_serial=0,
            directory_serial=0,
            live_sequence=0,
            hub_key=None,
            witness_policy=WitnessPolicy(quorum=0, witnesses=()),
            seen_salts={},
        )

    async def judged(self, asked: Request, *assertions: Assertion) -> str | None:
        """Log and publish a request with these assertions; return the rule by which a home refuses it."""
        hub = self.agency.hub
        id_ = request_id(asked.to_bytes())
        log = PublicLog(hub.settings.log_origin, hub.keys.log_key)
        leaf = leaf_of(asked, id_)
        async with hub.database.session("test") as session:
            index = await log.append(session, leaf.to_bytes(), kind=leaf.kind.value, at=hub.clock())
            proof = await log.proof(session, index, await log.checkpoint(session, hub.clock()))
        bundle = Bundle(payload=asked.to_bytes(), assertions=assertions, log_proof=proof).to_bytes()
        verdict = verify_request(bundle, await self.published(ids=(id_,)), self.pins(), hub.clock())
        return verdict.rule if isinstance(verdict, Refusal) else None

    def forged(self, **changes: object) -> Request:
        """Return another request in the officer's name."""
        return replace(self.good, salt=hashlib.sha256(repr(changes).encode()).digest(), **changes)


@pytest.fixture
async def thief(tmp_path: Path) -> AsyncIterator[Thief]:
    """Run a hub with one good request, and hand it over."""
    async with running_agency(tmp_path) as agency:
        good_id = await agency.published()
        yield Thief(agency=agency, good=await payload_of(agency, good_id), good_id=good_id)


async def test_what_is_forged_here_would_be_believed_from_the_officers_hand(thief: Thief) -> None:
    """The forger's tools are good: with the one thing that is missing, the officer's signature, a home verifies it."""
    asked = thief.forged()
    passkey = thief.agency.passkeys["officer"]
    assert await thief.judged(asked, passkey.assertion(request_id(asked.to_bytes()))) is None


async def test_no_key_of_the_hub_signs_a_request(thief: Thief) -> None:
    """A passkey of the thief's, as itself and as the officer's; the officer's signature of something else."""
    asked = thief.forged(reason="Two people were seen, and this is what the thief wants to see.")
    id_ = request_id(asked.to_bytes())
    officer = thief.agency.passkeys["officer"]
    own = replace(officer, name="the thief's")
    stolen = repository.read_assertions(await signed_before(thief))
    assert await thief.judged(asked, own.assertion(id_)) == "credential_unknown"
    as_officers = own.assertion(id_, credential_id=officer.credential.credential_id)
    assert await thief.judged(asked, as_officers) == "signature_wrong"
    assert await thief.judged(asked, *stolen) == "client_data_wrong"
    bent = replace(stolen[0], client_data=as_officers.client_data)
    assert await thief.judged(asked, bent) == "signature_wrong"


async def test_a_sign_in_is_no_signature(thief: Thief) -> None:
    """The hub chooses the challenge of a sign-in, so it chooses a request's hash: rp id and origin still differ."""
    asked = thief.forged()
    id_ = request_id(asked.to_bytes())
    settings = thief.agency.settings
    relying = relying_of(settings.officers_origin, settings.agency_id)
    assert relying.rp_id != settings.signer_rp_id
    sign_in = Passkey(person_id="officer", rp_id=relying.rp_id, origin=relying.origin, name="sign-in")
    signing = thief.agency.passkeys["officer"]
    assert await thief.judged(asked, sign_in.assertion(id_)) == "credential_unknown"
    named = sign_in.assertion(id_, credential_id=signing.credential.credential_id)
    assert await thief.judged(asked, named) == "client_data_wrong"
    as_signer = sign_in.assertion(id_, credential_id=signing.credential.credential_id, origin=signing.origin)
    assert await thief.judged(asked, as_signer) == "rp_id_wrong"
    # The officer's own signing key, asked for by an altered officers' page: the browser writes where it was asked.
    assert await thief.judged(asked, signing.assertion(id_, origin=relying.origin)) == "client_data_wrong"
    framed = signing.assertion(id_, crossOrigin=True)
    assert await thief.judged(asked, framed) in {"client_data_wrong", "client_data_cross_origin"}


async def test_the_hub_names_no_officer_no_recipient_and_no_key(thief: Thief) -> None:
    """Directory and city record signed by all that the hub has are refused before any request is looked at."""
    async with thief.agency.hub.database.reading() as session:
        current = await thief.agency.directory.current(session)
        sent = await thief.agency.directory.envelopes(session)
    mine = Recipient(
        recipient_id="thief", person_id="officer", role=RecipientRole.OFFICER, age_recipient=THIEF.recipient
    )
    directory = replace(current.directory, serial=99, recipients=(*current.directory.recipients, mine))
    forged = dsse.sign(Directory.PAYLOAD_TYPE, directory.to_bytes(), thief.keys)
    grafted = json.loads(forged) | {"signatures": json.loads(sent.directory)["signatures"]}
    record = replace(
        current.city_record,
        serial=99,
        demo=False,
        directory_keys=tuple(
            replace(key, public_key=own.public_key().public_bytes_raw())
            for key, own in zip(current.city_record.directory_keys, thief.keys, strict=True)
        ),
        signer=replace(
            current.city_record.signer, origin=thief.agency.settings.officers_origin, served_by=ServedBy.CITY
        ),
    )
    for documents in (
        {"directory": forged},
        {"directory": json.dumps(grafted, sort_keys=True, separators=(",", ":")).encode()},
        {"city_record": dsse.sign(CityRecord.PAYLOAD_TYPE, record.to_bytes(), thief.keys), "directory": forged},
    ):
        with pytest.raises(ProtocolError) as refused:
            await thief.published(**documents)
        assert refused.value.rule in {"signature_missing", "signature_wrong"}


async def test_the_digests_of_a_signer_that_the_hub_altered_are_not_believed(thief: Thief) -> None:
    """The root's are what `milton-hub signer check` compares with; where the hub serves the signer, homes say so."""
    async with thief.agency.hub.database.reading() as session:
        record = (await thief.agency.directory.current(session)).city_record
    first, *others = record.signer.files
    files = (replace(first, sha256=hashlib.sha256(b"what the thief serves").hexdigest()), *others)
    altered = replace(record, serial=99, signer=replace(record.signer, files=files, served_by=ServedBy.CITY))
    with pytest.raises(ProtocolError, match="signature_missing"):
        await thief.published(city_record=dsse.sign(CityRecord.PAYLOAD_TYPE, altered.to_bytes(), thief.keys))
    trust = await thief.published(ids=(thief.good_id,))
    assert trust.city_record.signer == record.signer
    async with thief.agency.hub.database.reading() as session:
        sent = {each.topic: each.payload for each in await thief.agency.hub.topics.changed_after(session, 0)}
    bundle = next(payload for topic, payload in sent.items() if topic.endswith(f"requests/{thief.good_id}"))
    verdict = verify_request(bundle or b"", trust, thief.pins(), thief.agency.hub.clock())
    assert isinstance(verdict, VerifiedRequest)
    assert Notice.SIGNER_SERVED_BY_HUB in verdict.notices


async def test_the_hub_is_no_recipient_even_of_a_true_officers_request(thief: Thief) -> None:
    """The thief's key among the recipients, signed by the officer who did not look: refused all the same."""
    officer = thief.agency.passkeys["officer"]
    mine = RequestRecipient(recipient_id="thief", role=RecipientRole.CUSTODIAN, age_recipient=THIEF.recipient)
    first = thief.good.recipients[0]
    for recipients in (
        (*thief.good.recipients, mine),
        (replace(first, age_recipient=THIEF.recipient), *thief.good.recipients[1:]),
    ):
        asked = thief.forged(recipients=tuple(sorted(recipients, key=lambda each: each.recipient_id)))
        assert await thief.judged(asked, officer.assertion(request_id(asked.to_bytes()))) == "recipient_unknown"
    swapped = replace(
        thief.good, recipients=tuple(sorted((*thief.good.recipients[1:], mine), key=lambda r: r.recipient_id))
    )
    stolen = repository.read_assertions(await signed_before(thief))
    assert await thief.judged(swapped, *stolen) == "client_data_wrong", "a signature holds for one payload"


async def signed_before(thief: Thief) -> tuple[AssertionRow, ...]:
    """Return the signatures that lie in the stolen database."""
    async with thief.agency.hub.database.reading() as session:
        return await repository.assertions(session, thief.good_id)
