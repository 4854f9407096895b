"""What is told when something cannot be: programs get JSON, people a page in their language."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Flask, Response, jsonify, make_response, redirect, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from roms.errors import NotSignedIn, Problem, TooLarge, TooMany
from roms.web import i18n, identity

PROGRAMS = ("/api/", "/widget/api/", "/webhook", "/ws/", "/live", "/ready", "/metrics")
CODES = {
    400: "bad_request",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "bad_request",
    429: "too_many",
    500: "internal",
}
LARGER = dict.fromkeys(
    ("files.upload", "words.put_file"), 100 * 1024 * 1024 + 64 * 1024
)  # for signed-in people: a file, and the form around it
PATIENCE = 5  # seconds to wait after too many tries when nobody said how long


def init_app(app: Flask) -> None:
    app.register_error_handler(Problem, told)
    app.register_error_handler(HTTPException, told_by_framework)
    app.before_request(refuse_large)


def refuse_large() -> None:
    """Before anything is read; a body that hides its length is cut off at the same size while it is read."""
    if request.endpoint in LARGER and identity.actor_if_any():
        request.max_content_length = LARGER[request.endpoint]
    most = request.max_content_length
    if most and (request.content_length or 0) > most:
        raise TooLarge(f"a request has at most {most} bytes")


def told(problem: Problem) -> ResponseReturnValue:
    if isinstance(problem, NotSignedIn) and not for_program():
        return redirect("/login?" + urlencode({"next": request.full_path.rstrip("?")}), 303)
    answer = _answer(problem.status, problem.code, str(problem), problem.data)
    if isinstance(problem, TooMany):
        answer.headers["Retry-After"] = str(problem.data.get("retry_after", PATIENCE))
    return answer


def told_by_framework(error: HTTPException) -> ResponseReturnValue:
    """Unknown pages, wrong methods, and bugs: the last with no more than a code, the rest is in the log."""
    status = error.code or 500
    if status < 400 or error.response is not None:
        return error.get_response()
    code = "bad_token" if isinstance(error, CSRFError) else CODES.get(status, "bad_request")
    text = TooLarge.__doc__ if status == 413 else error.description
    answer = _answer(status, code, text or code, {})
    if status == 405:
        answer.headers["Allow"] = ", ".join(error.valid_methods or ()) if hasattr(error, "valid_methods") else ""
    return answer


def for_program() -> bool:
    return request.path.startswith(PROGRAMS)


def _answer(status: int, code: str, text: str, data: dict[str, Any]) -> Response:
    # Whoever is not known yet is not looked up now: the database may be what is broken.
    known = identity.known()
    lang = known.language if known else i18n.preferred()
    if for_program():
        # What stands behind /api/ is read by our people; `detail` says it exactly, for whoever writes programs.
        message = i18n.error_text(lang, code, text) if known and lang != "en" else text
        return make_response(jsonify(error={"code": code, "message": message, "detail": text, "data": data}), status)
    message = i18n.error_text(lang, code, text)
    return make_response(i18n.page("error.html", lang, status=status, message=message), status)
