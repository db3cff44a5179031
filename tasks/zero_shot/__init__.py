"""Kinds of tasks a model was not trained on."""
