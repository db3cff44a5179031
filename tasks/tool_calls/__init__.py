"""Function calls on a catalogue of tools made anew for every seed."""
