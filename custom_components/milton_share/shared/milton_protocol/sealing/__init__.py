"""Sealing: age v1 with X25519 recipients (age-encryption.org/v1), the header kept apart from the body.

Invariants:

- A file key and nonce meet one plaintext only: ``SealState`` is made once for a part and never for other bytes.
- Nothing of a body is handed out before the chunk it is in was authenticated, and a body without its last chunk
  is an error, never a short file.
- Memory does not grow with the length of what is sealed or opened.
- No other recipient type is opened, and no passphrase.
"""
