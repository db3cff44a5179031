"""IFEval, faithful and repaired."""
