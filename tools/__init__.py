"""The parts of ./dev. Standard library only, because they run before anything is installed."""
