"""Format compliance on prompts made anew for every seed."""
