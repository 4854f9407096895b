"""Calls that flows make to other systems: whom they may reach, and one request from its beginning to its end."""
