"""Who may look and share: sessions, PINs, and attempts by anybody else (law 6)."""
