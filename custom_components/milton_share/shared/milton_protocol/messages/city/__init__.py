"""What the city signs: its record, its directory and revocations, and its map pack."""
