"""What becomes of a share: signed receipts, acceptance, withdrawal, the end of its bytes."""
