"""What an officer writes before anybody signs: the draft, and the policy that judges it."""
