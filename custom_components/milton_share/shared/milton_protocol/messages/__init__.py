"""The messages of docs/protocol.md, one module per message.

Each has ``from_bytes`` (strict: raises ProtocolError with the rule's name) and ``to_bytes`` (canonical), and what a
key signs has a ``PAYLOAD_TYPE``. Field names are those of the page; ``from`` is ``from_``; times are aware UTC
datetimes, b64 fields are bytes, hex fields and ids are texts.
"""
