"""Words for people: which language somebody reads, and text that no formatter takes for its own."""
