"""Whapi's webhook as bytes: what a provider would post, for ROMS and for the floors alike."""

from __future__ import annotations

import io
import json
import uuid
from typing import Any

PATH = "/webhook/whapi"


def body(text: str, phone: str) -> bytes:
    """One text message that was never posted before."""
    message = {
        "id": f"bench-{uuid.uuid4().hex}",  # several processes post, and a repeat would cost next to nothing
        "from_me": False,
        "type": "text",
        "chat_id": f"{phone}@s.whatsapp.net",
        "timestamp": 1795226400,
        "source": "mobile",
        "text": {"body": text},
        "from": phone,
        "from_name": "Siti Aminah",
    }
    return json.dumps({"messages": [message], "event": {"type": "messages", "event": "post"}}).encode()


def phone(number: int, area: str = "81") -> str:
    """A phone number of nobody."""
    return f"62{area}{number:09d}"


def request(port: int, posted: bytes) -> bytes:
    """The same as one HTTP request on a connection that stays open."""
    head = f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(posted)}\r\n\r\n".encode() + posted


def environ(posted: bytes) -> dict[str, Any]:
    """The same as a WSGI server hands it on."""
    return {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "",
        "PATH_INFO": PATH,
        "QUERY_STRING": "",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(posted)),
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "127.0.0.1:8000",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(posted),
        "wsgi.input_terminated": True,
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
