"""Many instructions at once."""
