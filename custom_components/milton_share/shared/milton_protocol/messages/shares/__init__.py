"""What a home sends with footage, and what both sides then say about it."""
