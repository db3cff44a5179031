"""Results of other tools as runs of ours: one file per format, `importing` finds the format, `writing` makes the run."""
