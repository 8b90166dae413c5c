"""Which security keys an agency takes: statements that hold, that don't, of other makers, of other makes, of none."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from webauthn.helpers import bytes_to_base64url

from hub.identity.accounts.proposals import waiting
from hub.kit.errors import HubError
from hub.kit.passkeys.attestation import Authenticators, authenticators
from hub.kit.passkeys.service import Relying, check_registration, creation_options
from hub.kit.settings import PasskeySettings, Settings
from milton_protocol.messages.city.directory import Attestation
from tests.e2e.passkey import SoftwarePasskey
from tests.simulators.agency import found_agency, running_agency
from tests.simulators.attesting import AttestingPasskey, Maker, maker
from tests.simulators.officer_device import Device

if TYPE_CHECKING:
    from pathlib import Path

    from hub.kit.passkeys.service import NewCredential

RELYING = Relying(rp_id="officers.example", origin="https://officers.example", name="Milton Police")
AAGUID, OTHER = bytes.fromhex("cb69481e8ff7403993ec0a2729a154a8"), bytes(15) + b"\1"
ANY = Authenticators()
SELF = Authenticators(attestation=Attestation.SELF)


def key(made_by: Maker | None = None, aaguid: bytes = AAGUID, *, synced: bool = False) -> AttestingPasskey:
    """Return a security key of the officers' hostname."""
    return AttestingPasskey(RELYING.rp_id, RELYING.origin, maker=made_by, aaguid=aaguid, synced=synced)


def registered(passkey: SoftwarePasskey, takes: Authenticators) -> NewCredential:
    """Go through a registration."""
    challenge = secrets.token_bytes(32)
    return check_registration(RELYING, challenge, passkey.register(bytes_to_base64url(challenge)), takes)


def refused(passkey: SoftwarePasskey, takes: Authenticators) -> str:
    """Return the rule by which a registration is refused."""
    with pytest.raises(HubError) as error:
        registered(passkey, takes)
    return error.value.rule


def verifying(made_by: Maker, *aaguids: bytes) -> Authenticators:
    """Return an agency that takes the keys of one maker."""
    return Authenticators(
        attestation=Attestation.VERIFIED, roots=(made_by.root,), aaguids=frozenset(each.hex() for each in aaguids)
    )


def test_what_a_key_proves_is_what_is_written_down() -> None:
    """Nothing, its own word, its maker's; a maker whom nobody here vouches for is the key's own word."""
    plain, keys = SoftwarePasskey(RELYING.rp_id, RELYING.origin), maker(AAGUID)
    assert registered(plain, ANY).attestation is Attestation.NONE
    assert registered(key(), ANY).attestation is Attestation.SELF
    assert registered(key(keys), ANY).attestation is Attestation.SELF
    assert registered(key(keys), verifying(keys)).attestation is Attestation.VERIFIED
    assert registered(key(maker()), SELF).aaguid == AAGUID.hex()
    bare = maker()
    assert registered(key(bare), verifying(bare)).attestation is Attestation.VERIFIED


def test_a_key_that_proves_less_than_the_agency_asks_for_is_refused_with_words_that_help() -> None:
    """Less than its own word; its own word where the maker's is asked for."""
    plain, keys = SoftwarePasskey(RELYING.rp_id, RELYING.origin), maker(AAGUID)
    assert refused(plain, SELF) == "attestation_missing"
    assert refused(plain, verifying(keys)) == "attestation_missing"
    assert refused(key(), verifying(keys)) == "attestation_missing"
    with pytest.raises(HubError, match="Use one that the agency gave you"):
        registered(plain, SELF)


def test_a_statement_that_does_not_hold_is_refused_whatever_is_asked_for() -> None:
    """Altered after it was signed; another maker's root; an authority's certificate; one of another make."""
    keys, others = maker(AAGUID), maker(AAGUID)
    for passkey, takes in ((key(), ANY), (key(keys), ANY), (key(keys), verifying(keys))):
        passkey.bent = True
        assert refused(passkey, takes) == "passkey_refused"
    assert refused(key(keys), verifying(others)) == "passkey_refused"
    authority = maker(AAGUID, ca=True)
    assert refused(key(authority), verifying(authority)) == "passkey_refused"
    assert refused(key(keys, OTHER), verifying(keys)) == "passkey_refused"


@pytest.mark.parametrize(
    "known", ["2a8648ce3d030107", "2a8648ce3d0201", "a003020102"], ids=["curve", "kind of key", "version"]
)
def test_a_makers_certificate_of_a_kind_that_nobody_knows_is_refused_like_any_other(known: str) -> None:
    """A certificate that can't be read ends in a rule, not in a failure."""
    keys, part = maker(AAGUID), bytes.fromhex(known)
    strange = replace(keys, certificate=keys.certificate.replace(part, part[:-1] + b"\x63"))
    assert refused(key(strange), ANY) == "passkey_refused"


def test_only_makes_that_are_allowed_register() -> None:
    """By their AAGUID, which the maker's certificate vouches for."""
    keys = maker()
    assert registered(key(keys), verifying(keys, AAGUID)).aaguid == AAGUID.hex()
    assert refused(key(keys, OTHER), verifying(keys, AAGUID)) == "authenticator_not_allowed"


def test_a_passkey_that_is_copied_to_other_devices_is_refused_unless_the_agency_takes_such() -> None:
    """With words that say what to use instead."""
    assert refused(key(synced=True), ANY) == "passkey_synced"
    with pytest.raises(HubError, match="security key"):
        registered(key(synced=True), ANY)
    made = registered(key(synced=True), Authenticators(synced=True))
    assert made.device_bound is False


def test_the_browser_is_asked_for_a_statement_only_where_somebody_judges_it() -> None:
    """Else it would only tell devices apart."""
    for takes, asked in ((ANY, "none"), (SELF, "direct"), (Authenticators(aaguids={AAGUID.hex()}), "direct")):
        options = creation_options(
            RELYING,
            challenge=bytes(32),
            user_id=b"x",
            user_name="x",
            display_name="x",
            conveyance=takes.conveyance,
        )
        assert options["attestation"] == asked


def test_what_is_set_is_read_strictly(tmp_path: Path) -> None:
    """A level that is none, an AAGUID that is none, roots that are missing or no certificates."""
    settings, _ = found_agency(tmp_path)
    file = settings.folder / "hub.toml"
    text = file.read_text()

    def with_lines(*lines: str) -> PasskeySettings:
        file.write_text(text.replace("[officers]\n", "\n".join(["[officers]", *lines, ""])))
        return Settings.load(tmp_path).passkeys

    assert with_lines() == PasskeySettings()
    roots = settings.folder / "maker.pem"
    roots.write_bytes(maker().root)
    read = with_lines(
        'attestation = "verified"',
        'allowed_aaguids = ["cb69481e-8ff7-4039-93ec-0a2729a154a8"]',
        "synced_passkeys = true",
        'attestation_roots = ["maker.pem"]',
    )
    takes = authenticators(read)
    assert (takes.attestation, takes.aaguids, takes.synced) == (Attestation.VERIFIED, {AAGUID.hex()}, True)
    for line in ('attestation = "some"', 'allowed_aaguids = ["yubi"]', 'synced_passkeys = "no"'):
        with pytest.raises(ValueError, match=r"attestation is none of|badly formed|is missing, or no bool"):
            with_lines(line)
    with pytest.raises(ValueError, match="needs attestation_roots"):
        authenticators(with_lines('attestation = "verified"'))
    roots.write_text("no certificate")
    with pytest.raises(ValueError, match=r"(?i)pem"):
        authenticators(with_lines('attestation_roots = ["maker.pem"]'))


async def test_the_directory_is_proposed_what_was_found_of_a_signing_key(tmp_path: Path) -> None:
    """Both keys of a device are judged: the one that signs in, and the one that signs."""
    keys, root = maker(AAGUID), tmp_path / "maker.pem"
    root.write_bytes(keys.root)
    lines = f'attestation = "verified"\nattestation_roots = ["{root}"]'
    async with running_agency(tmp_path / "city", officers=lines) as agency:
        device = Device.new(agency)
        await device.open_invitation("officer")
        assert device.begun["options"]["attestation"] == "direct"
        status, answer = await device.register()
        assert (status, answer["error"]) == (400, "attestation_missing")
        await device.open_invitation("officer")
        device.passkey = AttestingPasskey(device.passkey.rp_id, device.passkey.origin, maker=keys, aaguid=AAGUID)
        assert (await device.register())[0] == 200
        assert (await device.make_signing_key())[1]["error"] == "attestation_missing"
        device.signing_key = AttestingPasskey(
            device.signing_key.rp_id, device.signing_key.origin, maker=keys, aaguid=AAGUID
        )
        assert (await device.make_signing_key())[0] == 200
        async with agency.hub.database.reading() as session:
            current = await agency.directory.current(session)
            (only,) = await waiting(session, current.directory, agency.clock(), "officer")
    assert "attestation verified" in only.words[0]
