"""What owners are told: who of the police saw their entries, for which case."""
