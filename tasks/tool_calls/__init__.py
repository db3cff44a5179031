"""Function calls on a catalogue of tools made afresh for every seed."""
