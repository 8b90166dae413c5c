"""The public log: an RFC 6962 tree with C2SP notes, checkpoints, proofs, cosignatures and tiles.

Invariants:

- A proof, note or checkpoint is read strictly: what is read formats back to the very same text.
- Nothing is believed by its name: a key is known by name, key id and public key together.
- A witness that holds the log's own key is not a witness.
"""
