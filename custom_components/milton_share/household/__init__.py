"""The household's own settings: a pause, quiet hours, who is named, how long recordings stay."""
