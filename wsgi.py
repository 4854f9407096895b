"""What gunicorn and `flask` load."""

from roms.app import app_from_environ

app = app_from_environ()
