"""A town in which nothing is played: home, hub, broker and camera are real, and are killed on a share's way."""
