"""Links to other integrations of this Home Assistant that know a camera, or record it."""
