"""What the hub does by itself: supervised tasks, one holder at a time."""
