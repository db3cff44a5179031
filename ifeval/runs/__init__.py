"""One run: planned, executed, journalled, scored, summed up."""
