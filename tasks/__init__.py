"""The tasks that come with the harness: one folder per plug-in (docs/tasks.md)."""
