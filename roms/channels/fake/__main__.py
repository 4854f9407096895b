"""`python -m roms.channels.fake --port 8001 --web http://127.0.0.1:8000`: the box as a program."""

from __future__ import annotations

import argparse
import signal
import sys
import threading

from roms.channels.fake.box import Box

PHONES_AT_FIRST = 2


def main(arguments: list[str] | None = None) -> int:
    """Run until a signal comes; 2 when the port is taken."""
    parser = argparse.ArgumentParser(
        prog="python -m roms.channels.fake", description="A WhatsApp in a box, for trials."
    )
    parser.add_argument("--port", type=int, default=8001, help="where to listen, on 127.0.0.1 only; 0 chooses one")
    parser.add_argument("--web", default="", help="ROMS's address: webhooks go to <web>/webhook/<kind>")
    options = parser.parse_args(arguments)
    over = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: over.set())
    try:
        box = Box(options.web, options.port)
    except OSError as error:
        print(f"Port {options.port} on 127.0.0.1 cannot be used: {error.strerror}.", file=sys.stderr)
        return 2
    for _ in range(PHONES_AT_FIRST):
        box.phones.add()
    with box:
        print(f"WhatsApp in a box ready at {box.base_url}", flush=True)
        over.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
