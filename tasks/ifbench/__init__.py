"""IFBench: 58 instructions that no model was trained on."""
