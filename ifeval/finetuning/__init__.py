"""Supervised fine-tuning and preference tuning."""
