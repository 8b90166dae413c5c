"""People who sign in: sessions, sign-in passkeys, invitations, signing credentials waiting for the directory."""
