"""Every rate limit of the hub, with its reason. What is counted otherwise has its limit where it is counted.

Limits for officers are far above what hands do and far below what a program does. A page and its own calls are five
looks, and a page every three seconds is under two a second. A page that is told of each arrival while 2,000 homes
answer asks up to a few times a second, for minutes; thirty open pages that reload after the hub's restart are two
hundred looks. A clip is read in pieces of 2 MiB, half a MiB after a seek: 512 for one of 1 GiB that is read as fast as
a browser decrypts (120 MB/s: 60 a second), and three for each seek. Four clips on one board, scrubbed by a held key,
are 60 a second.
"""

from __future__ import annotations

from hub.kit.buckets import RateLimit

MINUTE_S, HOUR_S = 60, 3_600

# Keeps one stolen session, or one broken page, from occupying the database's one writer. A draft is judged up to three
# times a second while somebody draws and types, and the page's own calls are in addition to that.
ACTS = RateLimit(name="acts", rule="too_fast", message="Too many acts at once; wait a little.", burst=240, per_s=4)

_TOO_MUCH_READ = "More was read here in a short time than a person reads. Try again in {wait}; nothing is lost."
# Ten minutes of the busiest page and a person who opens one every three seconds; then still twice as much as hands.
LOOKS = RateLimit(name="looks", rule="too_much_read", message=_TOO_MUCH_READ, burst=2_400, per_s=4)
# A minute of the worst scrubbing in addition to what goes on without end.
PIECES = RateLimit(name="pieces", rule="too_much_read", message=_TOO_MUCH_READ, burst=6_000, per_s=100)
SPARE_LOOKS = 300  # a minute of a person's own looks, when pages that ask by themselves took all others

# A draft that is kept is a row, and one that asks for a prohibited use is a leaf of the public log: a program that
# drafts must fill neither. One every twelve seconds; a person who draws and writes needs minutes.
DRAFTS = RateLimit(
    name="drafts",
    rule="too_many_drafts",
    message="You sent too many drafts within the hour; wait a little.",
    burst=300,
    per_s=300 / HOUR_S,
    retry_min_s=600,
)

# A canvass is one look-up, and a second when the area was wrong. Each tells every owner found; a program that walks the
# city square by square needs days, and stands in the trail at each step.
LOOK_UPS = RateLimit(
    name="look-ups",
    rule="too_many_look_ups",
    message="You looked up cameras too often within the hour. Try again in {wait}.",
    burst=10,
    per_s=10 / HOUR_S,
)

# From one home: nobody approves one a minute for an hour.
SHARES = RateLimit(
    name="shares",
    rule="too_many_shares",
    message="Too many shares within the hour.",
    burst=60,
    per_s=60 / HOUR_S,
    retry_min_s=900,
)

# From one home (docs/protocol.md section 10). Each is written to the disk: the last pieces of 60 shares, and failures.
SHORT_PIECES = RateLimit(
    name="short pieces",
    rule="too_many_pieces",
    message="Too many short pieces within the minute.",
    burst=300,
    per_s=300 / MINUTE_S,
    retry_min_s=MINUTE_S,
)
