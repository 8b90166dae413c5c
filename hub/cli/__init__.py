"""The ``milton-hub`` command, one file a subcommand."""
