"""The parts of tools/screenshots.py: the instance, the camera, and what is played in front of it."""
