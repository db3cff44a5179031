"""The 25 instruction types of IFEval, faithful and repaired."""
