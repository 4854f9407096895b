"""The storage of this process, opened when it is first needed."""

from __future__ import annotations

from flask import current_app

from roms import storage
from roms.config import Config
from roms.storage import Storage


def storage_here() -> Storage:
    """As the settings name it."""
    found: Storage | None = current_app.extensions.get("roms.storage")
    if found is None:
        config: Config = current_app.extensions["roms.config"]
        s3 = {"endpoint": config.s3_endpoint, "region": config.s3_region}
        s3 |= {"key": config.s3_key, "secret": config.s3_secret}
        found = current_app.extensions["roms.storage"] = storage.opened(config.storage, s3)
    return found
