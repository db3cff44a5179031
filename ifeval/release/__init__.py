"""The decision about a release: policy, statistics, verdict, formats."""
