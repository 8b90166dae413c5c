"""What is known of a share: its rows, the rules of its times, and signed receipts."""
