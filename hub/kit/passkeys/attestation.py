"""Which authenticators an agency takes: how well they prove their make, which makes, and none that is copied.

Invariants: a credential that its maker's cloud copies to other devices (backup eligible) is refused unless the agency
takes such; ``verified`` is said only of a statement whose chain ends in a certificate that the city itself put there,
signed over this very registration; whose statement is there and does not hold is refused, whatever is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography import x509
from webauthn.helpers import parse_attestation_object
from webauthn.helpers.structs import AttestationConveyancePreference, AttestationFormat

from hub.kit.errors import HubError
from milton_protocol.messages.city.directory import Attestation

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from hub.kit.settings import PasskeySettings

BAD_REQUEST = 400
# The formats of security keys: their chains end where the city says alone. Others bring their maker's roots.
CHAINED = (AttestationFormat.PACKED, AttestationFormat.FIDO_U2F)
AAGUID_EXTENSION = x509.ObjectIdentifier("1.3.6.1.4.1.45724.1.1.4")  # id-fido-gen-ce-aaguid, a DER octet string
_OCTETS_HEAD_BYTES = 2
_RANK = (Attestation.NONE, Attestation.SELF, Attestation.VERIFIED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Authenticators:
    """What an agency takes. ``roots`` are PEM certificates, ``aaguids`` 32 hex each; none: every make."""

    attestation: Attestation = Attestation.NONE
    aaguids: Collection[str] = ()
    synced: bool = False
    roots: tuple[bytes, ...] = ()

    @property
    def conveyance(self) -> AttestationConveyancePreference:
        """What the browser is asked to bring: a statement that nobody judges would only tell devices apart."""
        wanted = self.attestation is not Attestation.NONE or self.aaguids
        return AttestationConveyancePreference.DIRECT if wanted else AttestationConveyancePreference.NONE

    @property
    def roots_by_format(self) -> Mapping[AttestationFormat, list[bytes]]:
        """The roots for each format whose chain may end in them."""
        return {each: list(self.roots) for each in CHAINED}

    def check(self, *, found: Attestation, aaguid: str, device_bound: bool) -> None:
        """Raise ``passkey_synced``, ``attestation_missing`` or ``authenticator_not_allowed`` (400)."""
        if not device_bound and not self.synced:
            rule = "passkey_synced"
            sentence = (
                "This passkey would be copied to other devices. Make it on a security key, or on this device without "
                "a cloud account."
            )
            raise HubError(rule, BAD_REQUEST, sentence)
        if _RANK.index(found) < _RANK.index(self.attestation):
            rule = "attestation_missing"
            sentence = "This key does not prove its make, which the agency asks for. Use one that the agency gave you."
            raise HubError(rule, BAD_REQUEST, sentence)
        if self.aaguids and aaguid not in self.aaguids:
            rule = "authenticator_not_allowed"
            raise HubError(rule, BAD_REQUEST, "The agency does not use keys of this make. Use one that it gave you.")


def authenticators(settings: PasskeySettings) -> Authenticators:
    """Return what is set; raise ValueError for roots that are no certificates."""
    roots = tuple(path.read_bytes() for path in settings.roots)
    for pem in roots:
        x509.load_pem_x509_certificate(pem)
    attestation = Attestation(settings.attestation)
    if attestation is Attestation.VERIFIED and not roots:
        message = 'attestation = "verified" needs attestation_roots: whose keys the city takes'
        raise ValueError(message)
    return Authenticators(
        attestation=attestation, aaguids=frozenset(settings.allowed_aaguids), synced=settings.synced, roots=roots
    )


def attested(attestation_object: bytes, aaguid: bytes, *, has_roots: bool) -> Attestation:
    """Return what a statement, whose signature and chain were checked, proves; raise ValueError for a false one.

    A certificate that nobody here vouches for is as good as the key's own word.
    """
    parsed = parse_attestation_object(attestation_object)
    if parsed.fmt not in CHAINED:
        return Attestation.NONE
    chain = parsed.att_stmt.x5c
    if not chain or not has_roots:
        return Attestation.SELF
    _check_maker(x509.load_der_x509_certificate(chain[0]), aaguid)
    return Attestation.VERIFIED


def _check_maker(certificate: x509.Certificate, aaguid: bytes) -> None:
    """Check what WebAuthn (section 8.2.1) asks of a maker's certificate and the ``webauthn`` package does not."""
    for extension in certificate.extensions:
        value = extension.value
        if isinstance(value, x509.BasicConstraints) and value.ca:
            message = "an authority's certificate attests nothing"
            raise ValueError(message)
        if isinstance(value, x509.UnrecognizedExtension) and extension.oid == AAGUID_EXTENSION:
            _check_make(value.value[_OCTETS_HEAD_BYTES:], aaguid)


def _check_make(of_certificate: bytes, of_credential: bytes) -> None:
    if of_certificate != of_credential:
        message = "the maker's certificate is of another make"
        raise ValueError(message)
