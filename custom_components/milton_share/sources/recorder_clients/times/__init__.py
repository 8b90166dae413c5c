"""When a file was recorded: by the range that was requested, its name, or frames that it shares with another file."""
