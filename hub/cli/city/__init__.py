"""Commands that found a city and keep what it signed: its record, its map, its keys, its signer."""
