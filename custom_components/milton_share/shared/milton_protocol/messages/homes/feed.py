"""A page of the HTTPS feed: the topics that changed (section 8)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

from ... import canonical
from ...base64_text import standard_base64
from ...fields import Fields
from ...limits import (
    FEED_MESSAGES_MAX,
    FEED_PAYLOADS_MAX_BYTES,
    FEED_SIZE_MAX_BYTES,
    INTEGER_MAX,
    SHORT_ID_HEX_CHARS,
    TOPIC_MAX_CHARS,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedMessage:
    """A topic and its newest payload; None when it was cleared."""

    topic: str
    payload: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedPage:
    """What changed after a cursor; ``next`` is the cursor to ask with next."""

    TYPE: ClassVar[str] = "milton/feed"

    epoch: str
    next: int
    more: bool
    messages: tuple[FeedMessage, ...]

    @classmethod
    def from_bytes(cls, payload: bytes) -> Self:
        """Read a page's bytes."""
        fields = Fields.of(canonical.decode(payload, max_bytes=FEED_SIZE_MAX_BYTES))
        fields.header(cls.TYPE)
        page = cls(
            epoch=fields.hex("epoch", SHORT_ID_HEX_CHARS),
            next=fields.integer("next", 0, INTEGER_MAX),
            more=fields.boolean("more"),
            messages=fields.objects("messages", 0, FEED_MESSAGES_MAX, _read_message),
        )
        fields.done()
        return page

    def to_bytes(self) -> bytes:
        """Return the canonical bytes."""
        return canonical.encode(
            {
                "type": self.TYPE,
                "version": 1,
                "epoch": self.epoch,
                "next": self.next,
                "more": self.more,
                "messages": [
                    {
                        "topic": message.topic,
                        "payload": None if message.payload is None else standard_base64(message.payload),
                    }
                    for message in self.messages
                ],
            }
        )


def _read_message(fields: Fields) -> FeedMessage:
    return FeedMessage(
        topic=fields.text("topic", TOPIC_MAX_CHARS),
        payload=fields.optional("payload", lambda name: fields.base64(name, 0, FEED_PAYLOADS_MAX_BYTES)),
    )
