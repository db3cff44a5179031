"""Replies that must validate against a JSON Schema."""
