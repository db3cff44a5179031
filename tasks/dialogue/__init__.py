"""Instructions that add up, change and are taken back over several turns."""
