"""Opening keys, wrapped under people's security keys."""
