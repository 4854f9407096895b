"""Closed-loop load from a process of its own: so many connections, each posts again as soon as it is answered.

For throughput and CPU only; latency is measured with an open loop. Told on standard input, tells on standard output.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from typing import Any

from bench.rig import knock
from tools.places import ROOT

CONNECTIONS = 8


def post(port: int, messages: Sequence[tuple[str, str]], connections: int = CONNECTIONS) -> dict[str, Any]:
    """Post these (text, phone) to the webhook from another process; requests per second and how many were not 200."""
    told = json.dumps({"port": port, "messages": messages, "connections": connections})
    command = [sys.executable, "-m", "bench.rig.closed"]
    done = subprocess.run(command, cwd=ROOT, input=told, stdout=subprocess.PIPE, text=True, check=True, timeout=240)
    result: dict[str, Any] = json.loads(done.stdout)
    if result["refused"]:
        raise SystemExit(f"{result['refused']} of {len(messages)} requests were not answered with 200")
    return result


def _run(port: int, messages: list[list[str]], connections: int) -> dict[str, Any]:
    requests = [knock.request(port, knock.body(text, phone)) for text, phone in messages]
    refused: list[int] = []
    threads = [
        threading.Thread(target=_knock, args=(port, requests[n::connections], refused)) for n in range(connections)
    ]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {"per_second": len(requests) / (time.perf_counter() - begun), "refused": sum(refused)}


def _knock(port: int, requests: list[bytes], refused: list[int]) -> None:
    bad = len(requests)
    try:
        with socket.create_connection(("127.0.0.1", port)) as line:
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for request in requests:
                line.sendall(request)
                bad -= _answered_well(line)
    finally:
        refused.append(bad)


def _answered_well(line: socket.socket) -> bool:
    """Read one answer to its end."""
    data = line.recv(65536)
    while (end := data.find(b"\r\n\r\n")) < 0:
        data += line.recv(65536)
    size = next(int(each[15:]) for each in data[:end].split(b"\r\n") if each.lower().startswith(b"content-length:"))
    while len(data) < end + 4 + size:
        data += line.recv(65536)
    return data[9:12] == b"200"


if __name__ == "__main__":
    print(json.dumps(_run(**json.load(sys.stdin))))
