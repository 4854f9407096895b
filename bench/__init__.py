"""Measuring, honestly: each benchmark runs ROMS beside the floor of its own stack, in one run on one machine."""
