"""What gunicorn and `flask` load."""

from roms.app import create_app
from roms.config import Config

app = create_app(Config.from_environ())
