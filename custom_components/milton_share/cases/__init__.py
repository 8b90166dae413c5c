"""One case per request and camera: its state, its holds, its decision, and what becomes of it."""
