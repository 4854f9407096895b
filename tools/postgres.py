"""A PostgreSQL for one run of the tests."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from tools import venv
from tools.places import ROOT
from tools.terminal import give_up, stage


@contextmanager
def server() -> Iterator[str]:
    """Its address: DATABASE_URL_TEST if set, else a server from the environment's wheel that ends with this block.

    As root that wheel makes a system user "pgserver" and opens every folder above the environment for reading, because
    PostgreSQL refuses to run as root.
    """
    if given := os.environ.get("DATABASE_URL_TEST"):
        yield given
        return
    command = [venv.python(), "-m", "tools.pgserver"]
    # The wheel asks for a runtime folder, which a bare machine has not; it is content with the temporary one.
    environment = {"XDG_RUNTIME_DIR": tempfile.gettempdir()} | os.environ
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        with stage("postgresql", "started for this run"):
            address = holder.stdout.readline().strip()
            if not address:
                give_up("PostgreSQL did not start; set DATABASE_URL_TEST to a server that tests may use")
        yield address
