"""Who acts: people, their passkeys, sessions and keys, and the devices that they act at."""
