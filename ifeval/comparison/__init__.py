"""Two or more runs or baselines, set side by side."""
