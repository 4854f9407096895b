"""Thin: who are you, what do you ask, call one verb, answer."""
