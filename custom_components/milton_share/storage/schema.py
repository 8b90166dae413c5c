"""The tables. A step is never changed once it was released; the next one is added."""

from __future__ import annotations

_FIRST = (
    # What came last on each topic of the hub. Untrusted until verified.
    """CREATE TABLE topics (
        topic TEXT PRIMARY KEY,
        payload BLOB NOT NULL
    ) WITHOUT ROWID""",
    # Pins, and how far the feed was read.
    """CREATE TABLE facts (
        name TEXT PRIMARY KEY,
        value TEXT NOT NULL
    ) WITHOUT ROWID""",
    # One salt, one request: a salt that comes again under another id is a replay.
    """CREATE TABLE salts (
        salt TEXT PRIMARY KEY,
        request_id TEXT NOT NULL,
        keep_until TEXT NOT NULL
    ) WITHOUT ROWID""",
    # Requests that were verified here once. They stay here when the hub clears them.
    """CREATE TABLE requests (
        request_id TEXT PRIMARY KEY,
        bundle BLOB NOT NULL,
        keep_until TEXT NOT NULL
    ) WITHOUT ROWID""",
    """CREATE TABLE approvers (
        user_id TEXT PRIMARY KEY,
        credential_id TEXT,
        salt BLOB NOT NULL,
        digest BLOB NOT NULL,
        failed_tries INTEGER NOT NULL,
        locked_until TEXT
    ) WITHOUT ROWID""",
    """CREATE TABLE cameras (
        camera_id TEXT PRIMARY KEY,
        placing TEXT NOT NULL,
        eligible INTEGER NOT NULL,
        lat_e7 INTEGER,
        lon_e7 INTEGER,
        heading_deg INTEGER NOT NULL,
        field_of_view_deg INTEGER NOT NULL,
        range_m INTEGER NOT NULL
    ) WITHOUT ROWID""",
    """CREATE TABLE cases (
        case_id TEXT PRIMARY KEY,
        request_id TEXT NOT NULL REFERENCES requests,
        camera_id TEXT NOT NULL,
        state TEXT NOT NULL,
        clip_sha256 TEXT,
        share_id TEXT,
        manifest BLOB,
        size_bytes INTEGER
    ) WITHOUT ROWID""",
    # One approval, and what became of it. The row is the consent's own record: who, which bytes, to whom, when.
    """CREATE TABLE shares (
        share_id TEXT PRIMARY KEY,
        case_id TEXT NOT NULL REFERENCES cases,
        request_id TEXT NOT NULL REFERENCES requests,
        approved_by TEXT NOT NULL,
        approved_at TEXT NOT NULL,
        clip_sha256 TEXT NOT NULL,
        recipients_sha256 TEXT NOT NULL,
        recipients TEXT NOT NULL,
        one_time_key BLOB NOT NULL,
        receipt_identity TEXT NOT NULL,
        manifest BLOB NOT NULL,
        sources_kept_until TEXT,
        envelope BLOB,
        announced INTEGER NOT NULL DEFAULT 0,
        receipts BLOB,
        receipts_key BLOB,
        withdrawal BLOB,
        withdraw_done INTEGER NOT NULL DEFAULT 0,
        withdraw_refused TEXT
    ) WITHOUT ROWID""",
)

_SECOND = (
    # What was tried and refused, for the approvers to see.
    """CREATE TABLE attempts (
        user_id TEXT NOT NULL,
        kind TEXT NOT NULL,
        act TEXT NOT NULL,
        rule TEXT NOT NULL,
        user_name TEXT NOT NULL,
        count INTEGER NOT NULL,
        first_at TEXT NOT NULL,
        last_at TEXT NOT NULL,
        PRIMARY KEY (user_id, kind, act, rule)
    ) WITHOUT ROWID""",
    # Refusals that were logged: each is said once, also after a restart.
    """CREATE TABLE refusals (
        subject TEXT NOT NULL,
        rule TEXT NOT NULL,
        at TEXT NOT NULL,
        PRIMARY KEY (subject, rule)
    ) WITHOUT ROWID""",
    # How many times in a row a PIN was locked: each lock is longer than the one before.
    "ALTER TABLE approvers ADD COLUMN lock_outs INTEGER NOT NULL DEFAULT 0",
)

_THIRD = (
    # Files that the owner added to a request: each is the footage of one case.
    """CREATE TABLE files (
        case_id TEXT PRIMARY KEY REFERENCES cases ON DELETE CASCADE,
        file_id TEXT NOT NULL UNIQUE,
        request_id TEXT NOT NULL,
        name TEXT NOT NULL,
        size_bytes INTEGER NOT NULL,
        sha256 TEXT NOT NULL,
        facts TEXT NOT NULL,
        deadline_ms INTEGER NOT NULL,
        timing TEXT
    ) WITHOUT ROWID""",
)

_FOURTH = (
    # What the recorder keeps of a camera: around events, unless the owner gives it storage for all.
    "ALTER TABLE cameras ADD COLUMN recording TEXT NOT NULL DEFAULT 'events'",
    "ALTER TABLE cameras ADD COLUMN on_battery INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE cameras ADD COLUMN record_also INTEGER NOT NULL DEFAULT 0",
)

_FIFTH = (
    # Folders that cameras write their recordings into.
    """CREATE TABLE folders (
        camera_id TEXT PRIMARY KEY,
        folder TEXT NOT NULL,
        zone TEXT
    ) WITHOUT ROWID""",
)

_SIXTH = (
    # Entities that the owner named to have a camera recorded, beside those of its own device.
    "ALTER TABLE cameras ADD COLUMN also_told_by TEXT NOT NULL DEFAULT '[]'",
)

_SEVENTH = (
    # What phones are told of each request, by a tag that is chance. Outlives the request by the week that is counted.
    """CREATE TABLE notifications (
        tag TEXT PRIMARY KEY,
        request_id TEXT NOT NULL UNIQUE,
        urgent INTEGER NOT NULL,
        verified_at TEXT NOT NULL,
        expires_at TEXT NOT NULL,
        stage TEXT NOT NULL,
        first_at TEXT,
        reminder_at TEXT
    ) WITHOUT ROWID""",
)

_EIGHTH = (
    # The city's map, one row at most: public, the same for every home.
    """CREATE TABLE map_pack (
        sha256 TEXT PRIMARY KEY,
        pack BLOB NOT NULL
    ) WITHOUT ROWID""",
)

_NINTH = (
    # That the owner agrees to earlier acceptance: the signed word, and "agreed" or the rule of the hub's answer.
    "ALTER TABLE shares ADD COLUMN agreement BLOB",
    "ALTER TABLE shares ADD COLUMN agreement_answer TEXT",
)

_TENTH = (
    # The owner's newest word on each question of passing a share on, and "agreed" or the rule of the hub's answer.
    """CREATE TABLE passing_words (
        share_id TEXT NOT NULL,
        question INTEGER NOT NULL,
        agrees INTEGER NOT NULL,
        at TEXT NOT NULL,
        signed BLOB NOT NULL,
        answer TEXT,
        PRIMARY KEY (share_id, question)
    ) WITHOUT ROWID""",
)

_ELEVENTH = (
    # Whom a share is sealed to: all of its request's, or custodians alone, for its owner flagged it. Of before: all.
    "ALTER TABLE shares ADD COLUMN custodians_only INTEGER NOT NULL DEFAULT 0",
    # That the owner flagged it later: the signed word, and "agreed" or the rule of the hub's answer.
    "ALTER TABLE shares ADD COLUMN flag BLOB",
    "ALTER TABLE shares ADD COLUMN flag_answer TEXT",
)

_TWELFTH = (
    # How often custodians had taken a flag of the owner's off when this one was signed: the hub's word, by receipts.
    "ALTER TABLE shares ADD COLUMN flag_after INTEGER NOT NULL DEFAULT 0",
)

_THIRTEENTH = (
    # When the pictures of the clip that is looked at came in another size: UTC milliseconds, with spaces between.
    "ALTER TABLE cases ADD COLUMN resized_ms TEXT NOT NULL DEFAULT ''",
)

_FOURTEENTH = (
    # Revocations that a directory key signed, one row for each signature. Nothing else that a hub sends stays for good.
    """CREATE TABLE revocations (
        digest TEXT PRIMARY KEY,
        envelope BLOB NOT NULL
    ) WITHOUT ROWID""",
    # What isn't verified is held in memory, and comes again: a home that starts reads the whole feed.
    "DELETE FROM topics WHERE topic LIKE 'requests/%' OR topic LIKE 'revocations/%'",
    "DELETE FROM facts WHERE name IN ('feed_epoch', 'feed_after')",
    # Receipts are fetched: no topic names a share any longer.
    "DELETE FROM topics WHERE topic LIKE 'receipts/%'",
)

_FIFTEENTH = (
    # The source that the owner picked for a camera; null: the first that it has.
    "ALTER TABLE cameras ADD COLUMN source TEXT",
)

_SIXTEENTH = (
    # Door codes that were typed here, by their hash: each waits for its request, or opened that one.
    """CREATE TABLE door_codes (
        code_sha256 TEXT PRIMARY KEY,
        keep_until TEXT NOT NULL,
        request_id TEXT
    ) WITHOUT ROWID""",
)

STEPS: tuple[tuple[str, ...], ...] = (
    _FIRST,
    _SECOND,
    _THIRD,
    _FOURTH,
    _FIFTH,
    _SIXTH,
    _SEVENTH,
    _EIGHTH,
    _NINTH,
    _TENTH,
    _ELEVENTH,
    _TWELFTH,
    _THIRTEENTH,
    _FOURTEENTH,
    _FIFTEENTH,
    _SIXTEENTH,
)
