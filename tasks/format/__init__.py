"""Format compliance on prompts made afresh for every seed."""
