"""Where tasks, suites and external datasets are found."""
