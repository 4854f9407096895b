"""A PostgreSQL for one run of the tests."""

from __future__ import annotations

import os
import subprocess
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
    # The wheel warns when a machine has no runtime folder, as a bare one has not; the temporary one serves as well.
    command = [venv.python(), "-W", "ignore:XDG_RUNTIME_DIR", "-m", "tools.pgserver"]
    with subprocess.Popen(command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        with stage("postgresql", "started for this run"):
            address = holder.stdout.readline().strip()
            if not address:
                give_up("PostgreSQL did not start; set DATABASE_URL_TEST to a server that tests may use")
        yield address
