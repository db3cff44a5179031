"""JSON Schema, validated in bounded time."""
