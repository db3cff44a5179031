"""Engines that are OpenAI-compatible servers."""
