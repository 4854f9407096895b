"""The engine knows no clock, database, network or framework."""

import json
import subprocess
import sys
from pathlib import Path

ENGINE = Path(__file__).parents[2] / "roms" / "engine"
PROGRAM = """
import importlib, json, sys
for name in json.loads(sys.argv[1]):
    importlib.import_module(name)
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""


def test_importing_the_whole_engine_loads_no_framework_and_no_late_library():
    modules = [f"roms.engine.{path.stem}" for path in ENGINE.glob("*.py")]
    command = [sys.executable, "-c", PROGRAM, json.dumps(modules)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ENGINE.parents[1])
    loaded = set(json.loads(done.stdout))
    assert {"roms", "yaml", "rapidfuzz", "re2", "jsonschema"} <= loaded
    assert loaded.isdisjoint({"flask", "sqlalchemy", "redis", "rq", "httpx", "structlog", "phonenumbers", "flask_sock"})


def test_nobody_in_the_engine_reads_the_time_or_throws_dice():
    for path in ENGINE.glob("*.py"):
        source = path.read_text(encoding="utf-8")
        for word in ("datetime.now", "utcnow", "time.time", "import random", "import secrets", "import os"):
            assert word not in source, f"{path.name} uses {word}"
