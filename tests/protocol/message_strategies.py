"""Any message that the protocol allows, for property tests."""

from __future__ import annotations

import string
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from milton_protocol.geometry import Circle, Point, Polygon
from milton_protocol.geometry.cells import cell_at
from milton_protocol.limits import INTEGER_MAX
from milton_protocol.messages.city.directory import (
    Algorithm,
    Attestation,
    Directory,
    Person,
    Recipient,
    RecipientRole,
    Role,
    SigningCredential,
)
from milton_protocol.messages.city.map_pack import MapKind, MapLabel, MapPack, MapShape
from milton_protocol.messages.city.record import (
    CityRecord,
    DirectoryKey,
    HubAddresses,
    LogKey,
    ServedBy,
    Signer,
    SignerFile,
)
from milton_protocol.messages.city.revocation import Revocation, RevocationKind, Revoked
from milton_protocol.messages.homes.answers import ConsistencyAnswer, ErrorAnswer, ShareAnswer
from milton_protocol.messages.homes.camera_entry import (
    AreaPlace,
    CameraEntry,
    EntryState,
    ExactPlace,
    StreetPlace,
)
from milton_protocol.messages.homes.enrollment import CityAnswer, EnrolAnswer, EnrolRequest, MqttAccess
from milton_protocol.messages.homes.erasure import Erasure, LeaveAnswer
from milton_protocol.messages.homes.feed import FeedMessage, FeedPage
from milton_protocol.messages.log.custody_day import CustodyDay, EventCount
from milton_protocol.messages.log.leaf import Leaf, LeafKind
from milton_protocol.messages.requests.assertion import Assertion, AssertionRole
from milton_protocol.messages.requests.bundle import Bundle
from milton_protocol.messages.requests.live import LiveStatement
from milton_protocol.messages.requests.request import (
    Audience,
    AudienceKind,
    Officer,
    Request,
    RequestRecipient,
    Urgency,
)
from milton_protocol.messages.shares.consent import OF_AN_OUTSIDER as WITH_OUTSIDER
from milton_protocol.messages.shares.consent import Consent, ConsentKind
from milton_protocol.messages.shares.manifest import Manifest
from milton_protocol.messages.shares.manifest_parts import (
    AudioEdit,
    Camera,
    ClockMethod,
    ClockReading,
    Edits,
    FrameKind,
    FrameRange,
    Period,
    Segment,
    View,
)
from milton_protocol.messages.shares.masks import Mask, MaskKey
from milton_protocol.messages.shares.passed_on import PassedOnTo
from milton_protocol.messages.shares.ranges import StoredRange
from milton_protocol.messages.shares.receipt import OF_AN_OUTSIDER, Receipt, ReceiptBy, ReceiptEvent, SealedReceipts
from milton_protocol.messages.shares.share import PartName, SealedPart, Share
from milton_protocol.messages.shares.withdrawal import Withdrawal

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

KEY = st.binary(min_size=31, max_size=31).map(lambda found: found + b"\x2a")  # above the weak ones, below p
ID = st.text(string.ascii_lowercase + string.digits + "-", min_size=1, max_size=64)
# Of what the protocol forbids: whole categories, and those that Unicode calls a letter, a mark or a sign.
UNSEEN = "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0" + "".join(
    map(chr, range(0xFE00, 0xFE10))
)
WORD = st.text(
    st.characters(
        max_codepoint=0x1FFFF, exclude_categories=["Cs", "Cc", "Cf", "Cn", "Co", "Z"], exclude_characters=UNSEEN
    ),
    min_size=1,
)
LABEL = st.lists(WORD, min_size=1, max_size=3).map(" ".join)
CODE_PART = st.text(string.ascii_letters + string.digits + "-./#_", min_size=1, max_size=3)
CODE = st.lists(CODE_PART, max_size=4).map(lambda parts: " ".join(("1", *parts)))
CODE_OR_NONE = CODE | st.just("-")
TIME = st.datetimes(datetime(2020, 1, 1), datetime(2090, 1, 1)).map(  # noqa: DTZ001 - the zone comes next
    lambda moment: moment.replace(microsecond=0, tzinfo=UTC)
)
TIME_MS = st.builds(lambda moment, ms: moment + timedelta(milliseconds=ms), TIME, st.integers(0, 999))
COUNT = st.integers(1, INTEGER_MAX)
POINT = st.builds(Point, st.integers(-900_000_000, 900_000_000), st.integers(-1_800_000_000, 1_800_000_000))
AGE = st.text("023456789acdefghjklmnpqrstuvwxyz", min_size=58, max_size=58).map(lambda body: f"age1{body}")
HOST = st.just("sign.milton.example")
ORIGIN = st.sampled_from(["https://sign.milton.example", "http://localhost:8443"])


def hexes(chars: int) -> SearchStrategy[str]:
    """Return lower-case hexadecimal texts."""
    return st.text("0123456789abcdef", min_size=chars, max_size=chars)


def label(chars: int, min_chars: int = 1) -> SearchStrategy[str]:
    """Return texts of at most ``chars`` characters."""
    return LABEL.map(lambda text: (text * min_chars)[:chars].rstrip(" "))


def said(chars: int, min_chars: int = 1) -> SearchStrategy[str]:
    """Return texts that have a letter."""
    return label(chars - 1, min_chars).map(lambda text: f"a{text}")


def some[T](one: SearchStrategy[T], lo: int = 0, hi: int = 3, **unique: object) -> SearchStrategy[tuple[T, ...]]:
    """Return short tuples."""
    return st.lists(one, min_size=lo, max_size=hi, **unique).map(tuple)  # type: ignore[arg-type]


def ordered(values: SearchStrategy[str], hi: int = 3) -> SearchStrategy[tuple[str, ...]]:
    """Return sorted tuples without repetition."""
    return st.sets(values, max_size=hi).map(lambda found: tuple(sorted(found)))


def polygons(lo: int, hi: int) -> SearchStrategy[Polygon]:
    """Return lists of corners, not always simple."""
    return st.builds(Polygon, points=some(POINT, lo, hi))


def valid_for(days: int) -> SearchStrategy[tuple[datetime, datetime]]:
    """Return a time and one up to so many days later."""
    return st.builds(lambda start, s: (start, start + timedelta(seconds=s)), TIME, st.integers(1, days * 86_400))


DIGEST = hexes(64)
SHORT = hexes(32)
PERIOD = st.builds(
    lambda start, ms: Period(from_=start, until=start + timedelta(milliseconds=ms)), TIME_MS, st.integers(1, 10**9)
)
REVOKED = st.builds(Revoked, kind=st.sampled_from(RevocationKind), id=label(1400), revoked_at=TIME, reason=label(200))
CREDENTIAL = st.sampled_from(Algorithm).flatmap(
    lambda algorithm: st.builds(
        SigningCredential,
        credential_id=st.binary(min_size=16, max_size=64),
        algorithm=st.just(algorithm),
        public_key=st.binary(min_size=65, max_size=65) if algorithm is Algorithm.ES256 else KEY,
        rp_id=HOST,
        origin=ORIGIN,
        device_bound=st.booleans(),
        aaguid=SHORT,
        attestation=st.sampled_from(Attestation),
    )
)
PERSON = st.builds(
    Person,
    person_id=ID,
    name=label(80),
    badge=CODE_OR_NONE,
    roles=ordered(st.sampled_from(Role), 5),
    credentials=st.lists(CREDENTIAL, max_size=1).map(tuple),
)
RECIPIENT = st.builds(
    Recipient,
    recipient_id=ID,
    person_id=st.none() | ID,
    role=st.sampled_from(RecipientRole),
    age_recipient=AGE,
)
REQUEST_RECIPIENTS = st.lists(
    st.builds(RequestRecipient, recipient_id=ID, role=st.sampled_from(RecipientRole), age_recipient=AGE),
    min_size=2,
    max_size=8,
    unique_by=lambda one: one.recipient_id,
).map(lambda found: tuple(sorted(found, key=lambda one: one.recipient_id)))
AREA = polygons(3, 8) | st.builds(Circle, center=POINT, radius_m=st.integers(1, 804))
ASSERTION = st.builds(
    Assertion,
    role=st.sampled_from(AssertionRole),
    person_id=ID,
    credential_id=st.binary(min_size=16, max_size=64),
    client_data=st.binary(min_size=1, max_size=300),
    authenticator_data=st.binary(min_size=37, max_size=37),
    signature=st.binary(min_size=8, max_size=72),
)
ASSERTIONS = st.builds(
    lambda first, second, both: tuple(
        Assertion(
            role=role,
            person_id=one.person_id,
            credential_id=one.credential_id,
            client_data=one.client_data,
            authenticator_data=one.authenticator_data,
            signature=one.signature,
        )
        for role, one in ((AssertionRole.OFFICER, first), (AssertionRole.APPROVER, second))[: 2 if both else 1]
    ),
    ASSERTION,
    ASSERTION,
    st.booleans(),
)
PART = st.builds(
    SealedPart,
    name=st.just(PartName.CLIP),
    header=st.binary(min_size=1, max_size=200),
    body_sha256=DIGEST,
    body_size_bytes=st.integers(1, 2**40),
)
PARTS = st.builds(
    lambda one, names: tuple(
        SealedPart(name=name, header=one.header, body_sha256=one.body_sha256, body_size_bytes=one.body_size_bytes)
        for name in names
    ),
    PART,
    st.sampled_from([(PartName.CLIP, PartName.MANIFEST), tuple(PartName)]),
)


def _mask(corners: int) -> SearchStrategy[Mask]:
    corner = st.tuples(st.integers(0, 10_000), st.integers(0, 10_000))
    key = st.builds(MaskKey, at=TIME_MS, corners=st.lists(corner, min_size=corners, max_size=corners).map(tuple))
    keys = st.lists(key, min_size=1, max_size=3, unique_by=lambda each: each.at)
    return keys.map(lambda found: Mask(keys=tuple(sorted(found, key=lambda each: each.at))))


MASK = st.integers(3, 16).flatmap(_mask)
FRAMES = st.builds(
    lambda first, count, digest: FrameRange(
        first=first,
        count=count,
        kind=FrameKind.ENCODED if digest is None else FrameKind.COPIED,
        slices_sha256=digest,
    ),
    st.integers(0, INTEGER_MAX),
    COUNT,
    st.none() | DIGEST,
)
VIEW = st.builds(
    View,
    position=POINT,
    heading_deg=st.integers(0, 359),
    field_of_view_deg=st.integers(1, 360),
    range_m=st.integers(1, 500),
)


def _city_record(demo: bool) -> SearchStrategy[CityRecord]:  # noqa: FBT001 - what flatmap hands over
    home = ["https://hub.milton.example", "https://hub.milton.example:8443"]
    mqtt = [None, "mqtts://hub.milton.example:8883"]
    return valid_for(366).flatmap(
        lambda period: st.builds(
            CityRecord,
            serial=COUNT,
            agency_id=ID,
            agency_name=label(80),
            city_name=label(80),
            demo=st.just(demo),
            issued_at=st.just(period[0]),
            expires_at=st.just(period[1]),
            jurisdiction=polygons(3, 8),
            hub=st.builds(
                HubAddresses,
                home_url=st.sampled_from([*home, "http://127.0.0.1:8080"] if demo else home),
                mqtt_url=st.sampled_from([*mqtt, "mqtt://127.0.0.1:1883"] if demo else mqtt),
            ),
            hub_key=KEY,
            signer=st.builds(
                Signer,
                rp_id=HOST,
                origin=ORIGIN,
                served_by=st.sampled_from(ServedBy),
                files=some(st.builds(SignerFile, path=label(200), sha256=DIGEST), unique_by=lambda file: file.path),
            ),
            directory_keys=some(
                st.builds(DirectoryKey, public_key=KEY, label=label(80)), 2, 2, unique_by=lambda key: key.public_key
            ),
            log=st.builds(LogKey, origin=label(200), public_key=KEY),
            witness_quorum=st.integers(0, 8),
            map_sha256=st.none() | DIGEST,
        )
    )


def _credential_ids(person: Person) -> tuple[bytes, ...]:
    return tuple(each.credential_id for each in person.credentials)


def _directory(period: tuple[datetime, datetime]) -> SearchStrategy[Directory]:
    return st.builds(
        Directory,
        serial=COUNT,
        agency_id=ID,
        issued_at=st.just(period[0]),
        expires_at=st.just(period[1]),
        people=some(PERSON, unique_by=(lambda one: one.person_id, _credential_ids)),
        recipients=some(RECIPIENT, unique_by=lambda one: one.recipient_id),
        revocations=some(REVOKED),
    )


def _live(period: tuple[datetime, datetime]) -> SearchStrategy[LiveStatement]:
    return st.builds(
        LiveStatement,
        agency_id=ID,
        sequence=COUNT,
        issued_at=st.just(period[0]),
        expires_at=st.just(period[1]),
        checkpoint=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=200),
        city_record_sha256=DIGEST,
        directory_sha256=DIGEST,
        live=ordered(DIGEST),
        withdrawn=ordered(DIGEST),
    )


REQUEST = st.builds(
    Request,
    salt=KEY,
    agency_id=ID,
    agency_name=label(80),
    officer=st.builds(Officer, person_id=ID, badge=CODE_OR_NONE),
    contact=st.from_regex(r"\+?[0-9][0-9 ().-]{5,37}[0-9]", fullmatch=True),
    case_number=CODE,
    offence_code=CODE,
    offence_name=said(120),
    reason=said(500, 15),
    urgency=st.sampled_from(Urgency),
    drill=st.booleans(),
    audience=st.just(Audience(kind=AudienceKind.AREA))
    | st.builds(Audience, kind=st.just(AudienceKind.CODE), code_sha256=DIGEST),
    area=AREA,
    from_=TIME,
    until=TIME,
    created_at=TIME,
    expires_at=TIME,
    recipients=REQUEST_RECIPIENTS,
)


def _ranges(start: datetime, steps_ms: list[tuple[int, int, int | None]]) -> tuple[StoredRange, ...]:
    found, at = [], start
    for apart_ms, length_ms, stored_ms in steps_ms:
        begin = at + timedelta(milliseconds=apart_ms)
        at = begin + timedelta(milliseconds=length_ms)
        found.append(
            StoredRange(from_=begin, until=at, first_frame=None if stored_ms is None else begin, stored_ms=stored_ms)
        )
    return tuple(found)


RANGES = st.builds(
    _ranges,
    TIME_MS,
    st.lists(
        st.tuples(st.integers(0, 10**6), st.integers(1, 10**6), st.none() | st.integers(0, 10**9)),
        min_size=1,
        max_size=4,
    ),
)
FILMED = st.builds(
    Manifest,
    clip_sha256=DIGEST,
    share_id=SHORT,
    request_id=DIGEST,
    recipients_sha256=DIGEST,
    camera=st.builds(Camera, label=label(80), view=st.none() | VIEW),
    ranges=RANGES,
    clock=st.builds(
        ClockReading,
        offset_ms=st.integers(-(2**43), 2**43),
        uncertainty_ms=st.integers(0, 2**43),
        method=st.sampled_from(ClockMethod),
        was_put=st.booleans(),
    ),
    gaps=some(PERIOD),
    edits=st.builds(Edits, audio=st.sampled_from(AudioEdit), masks=some(MASK)),
    segments=st.just(())
    | some(st.builds(lambda digest, at: Segment(sha256=digest, from_=at.from_, until=at.until), DIGEST, PERIOD), 1),
    frames=some(FRAMES, 1),
    preview_sha256=st.none() | DIGEST,
    software=st.dictionaries(label(80), label(80), max_size=3),
    sources_kept_until=st.none() | TIME,
    named=st.booleans(),
    test_card=st.just(False),  # noqa: FBT003 - a strategy's value
)


def _test_card(filmed: Manifest) -> Manifest:
    """Return the manifest as that of a test card, which says nothing of recordings."""
    return replace(
        filmed,
        clock=ClockReading(offset_ms=0, uncertainty_ms=0, method=filmed.clock.method, was_put=False),
        gaps=(),
        edits=Edits(audio=AudioEdit.ABSENT, masks=()),
        segments=(),
        frames=tuple(replace(frames, kind=FrameKind.ENCODED, slices_sha256=None) for frames in filmed.frames),
        preview_sha256=None,
        sources_kept_until=None,
        test_card=True,
    )


MANIFEST = FILMED | FILMED.map(_test_card)
NAME = said(80)
OUTSIDER = st.builds(PassedOnTo, name=NAME, organisation=NAME, until=TIME)


@st.composite
def _receipt(draw: st.DrawFn) -> Receipt:
    """Return a receipt of any kind; those of an outsider name them."""
    event = draw(st.sampled_from(ReceiptEvent))
    receipt = st.builds(
        Receipt,
        agency_id=ID,
        share_id=SHORT,
        request_id=DIGEST,
        sequence=COUNT,
        event=st.just(event),
        at=TIME,
        by=st.none() | st.builds(ReceiptBy, badge=CODE_OR_NONE, device=label(80)),
        share_sha256=DIGEST,
        previous_sha256=st.none() | DIGEST,
        to=OUTSIDER if event in OF_AN_OUTSIDER else st.none(),
    )
    return draw(receipt)


RECEIPT = _receipt()


@st.composite
def _consent(draw: st.DrawFn) -> Consent:
    """Return a word of any kind; what is passed on ends within a year."""
    at = draw(TIME)
    to = st.builds(
        PassedOnTo,
        name=NAME,
        organisation=NAME,
        until=st.integers(1, 366 * 86_400).map(lambda seconds: at + timedelta(seconds=seconds)),
    )
    kind = draw(st.sampled_from(ConsentKind))
    named = draw(to) if kind in WITH_OUTSIDER else None
    return Consent(share_id=draw(SHORT), request_id=draw(DIGEST), at=at, kind=kind, to=named)


IN_THE_GRID = st.builds(Point, st.integers(-800_000_000, 799_999_999), st.integers(-1_799_000_000, 1_799_000_000))
PLACE = (
    st.builds(AreaPlace, cell=IN_THE_GRID.map(cell_at))
    | st.builds(StreetPlace, street=label(80))
    | st.builds(ExactPlace, point=IN_THE_GRID, heading_deg=st.integers(0, 359), field_of_view_deg=st.integers(10, 360))
)
LISTED = st.builds(
    CameraEntry,
    agency_id=ID,
    entry_key=KEY,
    revision=COUNT,
    at=TIME,
    state=st.sampled_from([EntryState.ACTIVE, EntryState.PAUSED]),
    place=PLACE,
    keeps_days=st.none() | st.integers(1, 365),
)
ERASED = LISTED.map(lambda entry: replace(entry, state=EntryState.ERASED, place=None, keeps_days=None))
MAP_SHAPE = st.builds(
    MapShape,
    kind=st.sampled_from(MapKind),
    name=st.none() | label(80),
    lines=some(some(POINT, 3, 5), 1, 2),
)

MESSAGES: dict[str, SearchStrategy[object]] = {
    "city_record": st.booleans().flatmap(_city_record),
    "directory": valid_for(30).flatmap(_directory),
    "revocation": st.builds(Revocation, agency_id=ID, revoked=REVOKED),
    "request": REQUEST,
    "assertion": ASSERTION,
    "bundle": st.builds(
        Bundle,
        payload=st.binary(min_size=1, max_size=300),
        assertions=ASSERTIONS,
        log_proof=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=300),
    ),
    "leaf": st.builds(
        Leaf,
        kind=st.sampled_from(LeafKind),
        id=DIGEST,
        day=st.dates(datetime(1000, 1, 1, tzinfo=UTC).date()),
        case=CODE_OR_NONE,
        offence=CODE_OR_NONE,
        cell=label(20),
    ),
    "live": valid_for(1).flatmap(_live),
    "map_pack": st.builds(
        MapPack,
        agency_id=ID,
        credit=st.none() | label(200),
        shapes=some(MAP_SHAPE),
        labels=some(st.builds(MapLabel, name=label(80), at=POINT, angle_deg=st.integers(-90, 90))),
    ),
    "share": st.builds(
        Share,
        share_id=SHORT,
        request_id=DIGEST,
        recipients_sha256=DIGEST,
        one_time_key=KEY,
        receipt_recipient=AGE,
        parts=PARTS,
    ),
    "manifest": MANIFEST,
    "receipt": RECEIPT,
    "receipts": st.builds(SealedReceipts, share_id=SHORT, sealed=some(st.binary(min_size=1, max_size=4096), 1)),
    "withdrawal": st.builds(Withdrawal, share_id=SHORT, request_id=DIGEST, at=TIME),
    "consent": _consent(),
    "custody_day": st.builds(
        CustodyDay,
        agency_id=ID,
        day=st.dates(datetime(1000, 1, 1, tzinfo=UTC).date()),
        salt=KEY,
        receipts=st.dictionaries(st.sampled_from(ReceiptEvent), COUNT).map(
            lambda counts: tuple(EventCount(event=event, count=counts[event]) for event in sorted(counts))
        ),
        receipts_sha256=DIGEST,
        audit_number=COUNT,
        audit_sha256=DIGEST,
    ),
    "camera_entry": LISTED | ERASED,
    "erasure": st.builds(Erasure, agency_id=ID, home_id=SHORT, at=TIME),
    "leave_answer": st.builds(LeaveAnswer, erasure=st.binary(min_size=1, max_size=300)),
    "enrol_request": st.builds(EnrolRequest, code=label(40), home_id=SHORT, device_key=KEY),
    "enrol_answer": st.builds(
        EnrolAnswer,
        home_token=label(200),
        mqtt=st.none() | st.builds(MqttAccess, username=label(200), password=label(200)),
        receipts_keep_days=st.integers(1, 3650),
    ),
    "city_answer": st.builds(
        CityAnswer,
        root_public_key=KEY,
        city_record=st.binary(min_size=1, max_size=300),
        versions=some(st.integers(1, 1000), 1),
    ),
    "feed": st.builds(
        FeedPage,
        epoch=SHORT,
        next=st.integers(0, INTEGER_MAX),
        more=st.booleans(),
        messages=some(st.builds(FeedMessage, topic=label(200), payload=st.none() | st.binary(max_size=300))),
    ),
    "error": st.builds(ErrorAnswer, error=label(64), message=label(500)),
    "share_answer": st.builds(ShareAnswer, uploads=st.dictionaries(st.sampled_from(PartName), label(200), min_size=1)),
    "consistency": st.builds(ConsistencyAnswer, hashes=some(KEY)),
}
