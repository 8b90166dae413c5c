"""The administrators' pages: policy, offenses, retention, borders."""
