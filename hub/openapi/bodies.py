"""The JSON bodies that the officers' routes read, by the entry of the route.

What a handler reads is in its slice; this says the same to who writes a client. A test sends what this allows and what
it does not to a running hub.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from hub.cases.model import NOTE_MAX_CHARS, TAG_MAX_CHARS
from hub.casework import routes as cases
from hub.casework.api import NOTE_ID_CHARS
from hub.casework.look_ups import routes as look_ups
from hub.casework.narrow import NARROWED_MAX_CHARS
from hub.casework.search import routes as search
from hub.casework.search.model import NAME_MAX_CHARS as FILTER_NAME_MAX_CHARS
from hub.casework.search.model import QUERY_MAX_CHARS
from hub.casework.search.pages import FILTER_ID_CHARS
from hub.identity import routes as accounts
from hub.identity.accounts.pages import TOKEN_MAX_CHARS
from hub.identity.accounts.registration import DEVICE_MAX_CHARS
from hub.identity.sessions.reverify_api import ACT_MAX_CHARS, SUBJECT_MAX_CHARS
from hub.identity.wraps import routes as wraps
from hub.identity.wraps.model import LABEL_MAX_CHARS
from hub.index.model import Kind
from hub.kit.passkeys.answers import CEREMONY_ID_CHARS
from hub.openapi.schemas import (
    BOOLEAN,
    PERSON,
    RECIPIENT,
    TIME,
    base64url,
    choice,
    code,
    digits,
    fields,
    integer,
    list_of,
    or_null,
    text,
)
from hub.policy import routes as policy
from hub.policy.api import NUMBER_MAX
from hub.policy.rules import CASE_NUMBER_PATTERN_MAX_CHARS, OFFENSES_MAX
from hub.policy.settings import SETTINGS
from hub.requests import routes as requests
from hub.requests.draft.draft import EXPIRES_IN_MAX_H
from hub.shares import routes as custody
from hub.shares.access.saving import SavedPart
from hub.shares.access.stills import FRAMES_MAX
from hub.shares.passing import routes as passing
from hub.shares.record.model import SHARE_ID_CHARS
from hub.web.bodies import REASON_MIN_CHARS
from milton_protocol.geometry import LATITUDE_MAX_E7, LONGITUDE_MAX_E7
from milton_protocol.limits import (
    AREA_POINTS_MAX,
    AREA_POINTS_MIN,
    CASE_NUMBER_MAX_CHARS,
    CONTACT_MAX_CHARS,
    DIGEST_HEX_CHARS,
    INTEGER_MAX,
    NAME_MAX_CHARS,
    OFFENCE_CODE_MAX_CHARS,
    OFFENCE_NAME_MAX_CHARS,
    RADIUS_MAX_M,
    RADIUS_MIN_M,
    REASON_MAX_CHARS,
    SHORT_ID_HEX_CHARS,
)
from milton_protocol.messages.requests.assertion import AssertionRole
from milton_protocol.messages.requests.request import Urgency
from milton_protocol.messages.shares.share import PartName

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.openapi.schemas import Schema
    from hub.web.routing import Route

CREDENTIAL: Schema = {"type": "object", "description": "PublicKeyCredential as JSON (WebAuthn level 3)"}
ANSWER = {"ceremony": digits(CEREMONY_ID_CHARS), "credential": CREDENTIAL}
INTENT = {"act": text(ACT_MAX_CHARS), "subject": text(SUBJECT_MAX_CHARS, least=0)}
REASON = text(REASON_MAX_CHARS, least=REASON_MIN_CHARS)
POINT: Schema = {
    "type": "array",
    "prefixItems": [integer(-LATITUDE_MAX_E7, LATITUDE_MAX_E7), integer(-LONGITUDE_MAX_E7, LONGITUDE_MAX_E7)],
    "items": False,
    "minItems": 2,
    "description": "latitude and longitude in units of 1e-7 degree",
}
AREA: Schema = {
    "oneOf": [
        fields(kind={"const": "circle"}, center=POINT, radius_m=integer(RADIUS_MIN_M, RADIUS_MAX_M)),
        fields(kind={"const": "polygon"}, points=list_of(POINT, AREA_POINTS_MIN, AREA_POINTS_MAX)),
    ]
}
DRAFT = fields(
    draft_id=digits(SHORT_ID_HEX_CHARS),
    case_number=text(CASE_NUMBER_MAX_CHARS, least=0),
    contact=text(CONTACT_MAX_CHARS, least=0),
    offence_code=text(OFFENCE_CODE_MAX_CHARS, least=0),
    reason=text(REASON_MAX_CHARS, least=0),
    why_larger=text(REASON_MAX_CHARS, least=0),
    urgency=choice(Urgency),
    drill=BOOLEAN,
    by_code=BOOLEAN,
    area=or_null(AREA),
    from_=or_null(TIME),
    until=or_null(TIME),
    expires_in_h=integer(0, EXPIRES_IN_MAX_H),
)
NOTE = {"note_id": digits(NOTE_ID_CHARS), "text": text(NOTE_MAX_CHARS)}
TAG = fields(tag=text(TAG_MAX_CHARS))
MEMBER = fields(person_id=PERSON)
OFFICER = fields(officer=text(NAME_MAX_CHARS))
OF_A_CASE = fields(case_number=code(CASE_NUMBER_MAX_CHARS), reason=REASON)
OFFENCE = fields(code=text(OFFENCE_CODE_MAX_CHARS), name=text(OFFENCE_NAME_MAX_CHARS), urgent=BOOLEAN, retired=BOOLEAN)
DIGEST = digits(DIGEST_HEX_CHARS)
HEADERS = list_of(
    fields(part=choice(PartName), header=base64url("an age header for one X25519 recipient")), 1, len(PartName)
)
NUMBERS: Schema = {
    "type": "object",
    "properties": {each.name: integer(0, NUMBER_MAX) for each in SETTINGS},
    "additionalProperties": False,
}

BODIES: Mapping[Route, Schema] = MappingProxyType(
    {
        accounts.SIGN_IN_VERIFY: fields(**ANSWER),
        accounts.INVITE_OPEN: fields(code=text(TOKEN_MAX_CHARS)),
        accounts.INVITE_REGISTER: fields(
            code=text(TOKEN_MAX_CHARS), device=text(DEVICE_MAX_CHARS), age_recipient=or_null(RECIPIENT), **ANSWER
        ),
        accounts.REVERIFY_OPTIONS: fields(**INTENT),
        accounts.REVERIFY: fields(**INTENT, **ANSWER),
        accounts.SIGNING_KEY: fields(**ANSWER),
        cases.ADD_MEMBER: OFFICER,
        cases.END_MEMBER: MEMBER,
        look_ups.LOOK_UP: fields(area=AREA),
        cases.NOTE: fields(share_id=or_null(digits(SHARE_ID_CHARS)), **NOTE),
        cases.TAG: TAG,
        cases.UNTAG: TAG,
        cases.ASK: fields(**NOTE),
        cases.ANSWER: fields(**NOTE),
        custody.ACCEPT: {
            "anyOf": [fields(home_key_revoked=BOOLEAN, reason=or_null(REASON)), {"const": {}}],
            "description": "nothing, where the page did not look at the home's key",
        },
        **{
            each: fields(reason=REASON)
            for each in (custody.HOLD, custody.RELEASE, custody.ASK_DELETION, custody.TAKE_BACK_DELETION)
        },
        custody.STILL: fields(
            sha256=DIGEST,
            clip_sha256=DIGEST,
            preview_sha256=or_null(DIGEST),
            frame=integer(1, FRAMES_MAX),
            verified=BOOLEAN,
        ),
        custody.SAVE: fields(part=choice(SavedPart), sha256=DIGEST),
        custody.REWRAP: fields(headers=HEADERS),
        custody.CLOSE_CASE: OF_A_CASE,
        custody.REOPEN_CASE: OF_A_CASE,
        passing.ASK: fields(name=text(NAME_MAX_CHARS), organisation=text(NAME_MAX_CHARS), until=TIME),
        passing.LINK: fields(link_sha256=DIGEST, headers=HEADERS),
        policy.PROPOSE: fields(
            base=integer(0, INTEGER_MAX),
            reason=REASON,
            numbers=NUMBERS,
            case_number=or_null(text(CASE_NUMBER_PATTERN_MAX_CHARS)),
            offences=list_of(OFFENCE, 0, OFFENSES_MAX),
        ),
        policy.END: fields(reason=REASON),
        requests.KEEP: DRAFT,
        requests.VERDICT: DRAFT,
        requests.DRAFT: DRAFT,
        requests.DISCARD: fields(draft_id=digits(SHORT_ID_HEX_CHARS)),
        requests.SIGN: fields(
            role=choice(AssertionRole),
            person_id=PERSON,
            credential_id=base64url("the passkey's id"),
            client_data=base64url("clientDataJSON as the browser made it"),
            authenticator_data=base64url("authenticatorData"),
            signature=base64url("the passkey's signature"),
        ),
        requests.TURN_DOWN: fields(reason=REASON),
        search.KEEP: fields(
            filter_id=digits(FILTER_ID_CHARS),
            name=text(FILTER_NAME_MAX_CHARS),
            query=text(QUERY_MAX_CHARS, least=0),
            kind=or_null(choice(Kind)),
            narrowed=text(NARROWED_MAX_CHARS, least=0),
        ),
        search.DROP: fields(filter_id=digits(FILTER_ID_CHARS)),
        wraps.KEEP: fields(
            recipient=RECIPIENT,
            credential_id=base64url("the security key's credential id"),
            label=text(LABEL_MAX_CHARS),
            iv=base64url("12 bytes"),
            wrap=base64url("AES-256-GCM over the opening key's PKCS #8 form"),
        ),
    }
)
