"""What every room may use: JSON, files, quiet output, text tables."""
