"""Records, tables and documents in JSON, CSV, YAML and Markdown."""
