"""Every number of docs/protocol.md, each with its reason. Policy may be tighter, never wider."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

# Encoding (section 1)
MESSAGE_SIZE_MAX_BYTES: Final = 65_536  # a request with 64 points, two assertions and a log proof is under 16 KiB
RECORD_SIZE_MAX_BYTES: Final = 524_288  # a directory of 2,000 people; a home parses it in well under a second
FEED_SIZE_MAX_BYTES: Final = 2_097_152  # a page of 1 MiB of payloads as base64, and one more message that crossed it
MANIFEST_SIZE_MAX_BYTES: Final = 4_194_304  # 10,000 segments and 10,000 frame ranges; it travels sealed, not by MQTT
MANIFEST_ENVELOPE_MAX_BYTES: Final = 6_291_456  # around it: base64 has a third more, and there are two signatures
RECEIPTS_SIZE_MAX_BYTES: Final = 1_048_576  # 256 sealed receipts of at most 4 KiB
RECEIPTS_BLOCK_BYTES: Final = 16_384  # about ten receipts: the size of an answer tells hardly more
DEPTH_MAX: Final = 12  # the deepest message, a manifest with a mask, has 9
INTEGER_MAX: Final = 2**53 - 1  # what JavaScript and RFC 8785 read without loss
ID_MAX_CHARS: Final = 64
SIGNATURES_MAX: Final = 8  # two directory keys today; room to roll keys over
PAYLOAD_TYPE_MAX_CHARS: Final = 128

# Keys and digests
DIGEST_SIZE_BYTES: Final = 32  # SHA-256
DIGEST_HEX_CHARS: Final = 64
SHORT_ID_HEX_CHARS: Final = 32  # share ids, home ids, AAGUIDs, feed epochs: 128 bits
ED25519_KEY_SIZE_BYTES: Final = 32
ED25519_SIGNATURE_SIZE_BYTES: Final = 64
P256_POINT_SIZE_BYTES: Final = 65  # uncompressed point
FINGERPRINT_WORDS: Final = 8  # 88 bits: what two people compare by voice
FINGERPRINT_WORD_BITS: Final = 11  # the BIP-39 list has 2^11 words

# Texts
NAME_MAX_CHARS: Final = 80
URL_MAX_CHARS: Final = 200
PATH_MAX_CHARS: Final = 200
BADGE_MAX_CHARS: Final = 20
CONTACT_MAX_CHARS: Final = 40
CASE_NUMBER_MAX_CHARS: Final = 40
OFFENCE_CODE_MAX_CHARS: Final = 40
OFFENCE_NAME_MAX_CHARS: Final = 120
REASON_MIN_CHARS: Final = 15  # "investigation" alone is not a reason
REASON_MAX_CHARS: Final = 500
AGE_RECIPIENT_CHARS: Final = 62  # bech32 of 32 bytes under "age"
CELL_MAX_CHARS: Final = 20
PROOF_MAX_CHARS: Final = 32_768  # 63 hashes, a checkpoint and eight cosignatures are under 6 KiB
NOTE_MAX_CHARS: Final = 16_384
TOPIC_MAX_CHARS: Final = 200
TOKEN_MAX_CHARS: Final = 200
CODE_MAX_CHARS: Final = 40

# City record (section 2)
CITY_RECORD_VALID_MAX: Final = timedelta(days=366)
JURISDICTION_POINTS_MIN: Final = 3
JURISDICTION_POINTS_MAX: Final = 512  # the simple-polygon check is quadratic
SIGNER_FILES_MAX: Final = 32
DIRECTORY_KEYS: Final = 2  # two administrators: one alone can only revoke
WITNESS_QUORUM_MAX: Final = 8  # more independent watchers than a city finds

# Map pack (section 13)
MAP_PACK_SIZE_MAX_BYTES: Final = 2_097_152  # 3,500 streets of twelve points with names, and 13,000 houses
MAP_SHAPES_MAX: Final = 30_000
MAP_LINES_MAX: Final = 64  # a lake and its islands
MAP_LINE_POINTS_MAX: Final = 4_096
MAP_LABELS_MAX: Final = 4_000
MAP_ANGLE_MAX_DEG: Final = 90  # no name stands on its head
MAP_CREDIT_MAX_CHARS: Final = 200

# Directory (section 3)
DIRECTORY_VALID_MAX: Final = timedelta(days=30)
PEOPLE_MAX: Final = 2_000
ROLES_MAX: Final = 5
CREDENTIALS_PER_PERSON_MAX: Final = 8
DIRECTORY_RECIPIENTS_MAX: Final = 4_000
REVOCATIONS_MAX: Final = 4_000
REVOKED_ID_MAX_CHARS: Final = 1_400  # a 1,023-byte credential id as b64 has 1,364
REVOCATION_REASON_MAX_CHARS: Final = 200
CREDENTIAL_ID_MIN_BYTES: Final = 16  # WebAuthn: at least 100 bits of entropy
CREDENTIAL_ID_MAX_BYTES: Final = 1_023  # WebAuthn level 3

# Request (section 4)
AREA_POINTS_MIN: Final = 3
AREA_POINTS_MAX: Final = 64
RADIUS_MIN_M: Final = 1
RADIUS_MAX_M: Final = 804  # half a mile: the diameter is a mile
REQUEST_RECIPIENTS_MIN: Final = 2
REQUEST_RECIPIENTS_MAX: Final = 8
DURATION_MIN: Final = timedelta(minutes=15)
DURATION_MAX: Final = timedelta(hours=12)
LOOK_BACK_MAX: Final = timedelta(days=45)
EXPIRY_MIN: Final = timedelta(hours=1)
EXPIRY_MAX: Final = timedelta(days=10)
EXPIRY_URGENT_MAX: Final = timedelta(hours=24)
AREA_MIN_M2: Final = 64_750  # 0.025 sq mi: smaller would single out houses
AREA_MAX_M2: Final = 1_294_994  # 0.5 sq mi
DIAMETER_MAX_M: Final = 1_609  # a mile
HULL_SHARE_MIN: Final = 0.4  # no slivers that comb out chosen houses
EARTH_RADIUS_M: Final = 6_371_008.8  # IUGG mean radius
CLOCK_SKEW_MAX: Final = timedelta(minutes=5)  # a message from the future by more than a bad clock is refused

# Above these a second person signs (docs/domain.md: default limits)
AREA_ORDINARY_M2: Final = 258_999  # 0.1 sq mi
DURATION_ORDINARY: Final = timedelta(hours=2)
LOOK_BACK_ORDINARY: Final = timedelta(days=30)

# Assertion
CLIENT_DATA_MIN_BYTES: Final = 1
CLIENT_DATA_MAX_BYTES: Final = 2_048
AUTHENTICATOR_DATA_SIZE_BYTES: Final = 37  # no attested data, no extensions
SIGNATURE_MIN_BYTES: Final = 8
SIGNATURE_MAX_BYTES: Final = 72  # DER of two 33-byte integers
ASSERTIONS_MAX: Final = 2

# Live statement (section 5)
LIVE_VALID_MAX: Final = timedelta(hours=24)
LIVE_IDS_MAX: Final = 2_000  # with both lists full a statement has 268,000 bytes, so it counts as a record

# Transport (section 8)
FEED_MESSAGES_MAX: Final = 200
FEED_PAYLOADS_MAX_BYTES: Final = 1_048_576

# Share, manifest, receipts (sections 10, 11)
PARTS_MAX: Final = 3
HEADER_MAX_BYTES: Final = 16_384
BODY_SIZE_MAX_BYTES: Final = 2**40  # no clip of 12 hours is longer; the hub has its own quota
HEADING_MAX_DEG: Final = 359
VIEW_ANGLE_MAX_DEG: Final = 360
VIEW_RANGE_MAX_M: Final = 500
RANGES_MAX: Final = 16  # somebody who comes by again and again; more is a wish for the whole
GAPS_MAX: Final = 1_000
MASKS_MAX: Final = 32
MASK_UNIT: Final = 10_000  # masks are in ten-thousandths of the picture
MASK_KEYS_MAX: Final = 64  # somebody's walk past a door, a key every second
MASK_CORNERS_MIN: Final = 3
MASK_CORNERS_MAX: Final = 16  # a window or a neighbour's yard; 32 masks of 64 keys with them are under 600 KiB
SEGMENTS_MAX: Final = 10_000
FRAME_RANGES_MAX: Final = 10_000
SOFTWARE_MAX: Final = 16
CLOCK_OFFSET_MAX_MS: Final = 2**43  # a camera that counts from 1900, as RTCP does, is about 2^42 ms off
RECEIPTS_MAX: Final = 256
SEALED_RECEIPT_MAX_BYTES: Final = 4_096
CONSENT_VALID_MAX: Final = timedelta(days=366)  # a trial; for longer the owner is asked again
CUSTODY_EVENTS_MAX: Final = 16  # the kinds of receipts

# Enrollment and answers (sections 8, 9, 12)
RECEIPTS_KEEP_MAX_DAYS: Final = 3_650
VERSION_MAX: Final = 1_000
VERSIONS_MAX: Final = 16
ERROR_MESSAGE_MAX_CHARS: Final = 500
CONSISTENCY_HASHES_MAX: Final = 128  # twice the height of the tallest tree

# Camera registry (section 14)
CELLS_MAX: Final = 100  # an area of a mile each way touches at most 8 rows of 9 cells
ENTRY_KEEPS_MAX_DAYS: Final = 365  # how long an owner's recordings last; a longer time tells an officer no more
ENTRY_VIEW_ANGLE_MIN_DEG: Final = 10  # narrower is a mistake
DOOR_CODE_SIZE_BYTES: Final = 10  # nobody guesses 80 bits, not even with a request's hash at hand
