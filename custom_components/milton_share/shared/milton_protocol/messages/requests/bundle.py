"""The published bundle of a request: payload, assertions, log proof (section 4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

from ... import canonical
from ...base64_text import b64
from ...errors import ProtocolError, Rule
from ...fields import Fields, require_unique
from ...limits import ASSERTIONS_MAX, MESSAGE_SIZE_MAX_BYTES, PROOF_MAX_CHARS
from .assertion import Assertion, AssertionRole


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """A published request. The officer's assertion comes first, the approver's, if any, second."""

    TYPE: ClassVar[str] = "milton/request-bundle"

    payload: bytes
    assertions: tuple[Assertion, ...]
    log_proof: str

    @classmethod
    def from_bytes(cls, payload: bytes) -> Self:
        """Read a bundle's bytes."""
        fields = Fields.of(canonical.decode(payload))
        fields.header(cls.TYPE)
        bundle = cls(
            payload=fields.b64("payload", 1, MESSAGE_SIZE_MAX_BYTES),
            assertions=fields.objects("assertions", 1, ASSERTIONS_MAX, Assertion.read),
            log_proof=fields.raw_text("log_proof", PROOF_MAX_CHARS),
        )
        fields.done()
        require_unique(tuple(assertion.role for assertion in bundle.assertions), "assertions")
        if bundle.assertions[0].role is not AssertionRole.OFFICER:
            raise ProtocolError(Rule.OFFICER_ASSERTION_MISSING, "assertions[0]")
        return bundle

    def to_bytes(self) -> bytes:
        """Return the canonical bytes."""
        return canonical.encode(
            {
                "type": self.TYPE,
                "version": 1,
                "payload": b64(self.payload),
                "assertions": [assertion.value() for assertion in self.assertions],
                "log_proof": self.log_proof,
            }
        )

    @property
    def officer_assertion(self) -> Assertion:
        """The requesting officer's assertion."""
        return self.assertions[0]

    @property
    def approver_assertion(self) -> Assertion | None:
        """The second person's assertion, where there is one."""
        return self.assertions[1] if len(self.assertions) == ASSERTIONS_MAX else None
