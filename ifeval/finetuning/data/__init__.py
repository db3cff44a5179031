"""Training data: read, checked, encoded, packed, made."""
