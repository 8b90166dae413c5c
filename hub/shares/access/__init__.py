"""Who may open a share: its bytes, what is saved of it, readers, and proofs."""
