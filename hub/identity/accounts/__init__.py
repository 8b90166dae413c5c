"""People's accounts: invitations, registration, and signing credentials waiting for the directory."""
