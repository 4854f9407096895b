"""The environment, read once into one frozen value; nonsense is refused before anything starts."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from roms.outside.hosts import entry
from roms.secretbox import is_key

ROOT = Path(__file__).resolve().parent.parent

SETTINGS: Mapping[str, str] = {
    "ROMS_INSTANCE": "`production` (default) or `trial`: the trial adds a start page, a sample shop and a fake phone",
    "ROMS_DATA": "folder for the database, Redis and secrets of a trial (default `var` beside the code)",
    "ROMS_FLOWS": "folder with lifecycle.yaml and the flows (default `flows` beside the code)",
    "DATABASE_URL": "`sqlite:///…` (default: roms.db in the data folder) or `postgresql://…`",
    "REDIS_URL": "`redis://…`, `rediss://…` or `unix://…` (required)",
    "ROMS_SECRET_KEY": "signs sessions; at least 32 characters; or give ROMS_SECRET_KEY_FILE",
    "ROMS_SECRET_KEY_FILE": "file that holds the secret key",
    "ROMS_PUBLIC_URL": "address under which people and providers reach this server, e.g. https://chat.example",
    "ROMS_TRUSTED_PROXIES": "how many proxies stand in front and set X-Forwarded-* (default 0)",
    "ROMS_WIDGET_ORIGINS": "origins that may embed the web chat, separated by spaces (default: any)",
    "ROMS_CREDENTIALS_KEY": "opens the credentials of channels: Fernet keys separated by spaces, the newest first",
    "ROMS_CREDENTIALS_KEY_FILE": "file that holds them instead, one a line",
    "ROMS_STORAGE": "where files of messages are kept: a folder (default `files` in the data folder) or `s3://bucket`",
    "ROMS_SPOOL": "folder for webhooks that come while the database is away (default `spool` in the data folder)",
    "ROMS_FETCH_EVERY": "minutes between two looks for messages that no webhook brought (default 5, 0: never)",
    "ROMS_S3_ENDPOINT": "address of an S3-compatible server (default: Amazon's own)",
    "ROMS_S3_REGION": "its region (default us-east-1)",
    "ROMS_S3_KEY": "access key; or let boto3 find its own credentials",
    "ROMS_S3_SECRET": "the secret that belongs to it",
    "ROMS_FILES_A_DAY": "how many files of one contact are fetched within 24 hours (default 500)",
    "ROMS_HTTP_HOSTS": "whom flows may ask: `host`, `*.host`, `http://host:port`, `host=address`, … (default: nobody)",
    "ROMS_HTTP_SECRETS": "JSON file {name: value} with what `{{secret.name}}` stands for in flows",
    "ROMS_STOP_WORDS": "messages that end advertising, separated by commas (default: STOP, BERHENTI and others)",
    "ROMS_START_WORDS": "messages that allow it again (default: START, MULAI and others)",
    "ROMS_LOOP_TEXTS": "the bot stops before it says the same to a contact once more within 5 minutes (default 10)",
    "ROMS_LOOP_TURNS": "the bot stops after so many turns without a pause of 5 seconds (default 15)",
    "ROMS_FAKE_URL": "address of the WhatsApp in a box; a trial makes its channels there",
    "ROMS_PARTS": "processes that must live, separated by spaces: worker, caller, fetcher, ticker",
    "ROMS_SILENT_AFTER": "seconds after which a part that says nothing counts as dead (default 60)",
}


STOP_WORDS = (
    "stop, stop all, stopall, stop promo, stop promosi, stop iklan, stop promotion, stop promotions, stop marketing,"
    "unsubscribe, unsub, opt out, optout, berhenti, berhenti promo, berhenti promosi, berhenti iklan,"
    "berhenti langganan, berhenti berlangganan, hentikan, hentikan promo, hentikan promosi, hentikan iklan,"
    "jangan kirim promo, jangan kirim promo lagi, jangan kirim promosi, jangan kirim promosi lagi"
)
START_WORDS = (
    "start, start promo, start promotions, unstop, subscribe, opt in, optin,"
    "mulai, mulai lagi, mulai promo, mulai promosi, berlangganan, langganan lagi"
)


class BadConfig(Exception):
    """A setting that cannot be: says which, what it holds and what it should."""


@dataclass(frozen=True, slots=True)
class Config:
    """How this instance runs."""

    database_url: str
    redis_url: str
    secret_key: str = field(repr=False)
    public_url: str = "http://127.0.0.1:8000"
    instance: str = "production"
    data: Path = ROOT / "var"
    flows: Path = ROOT / "flows"
    trusted_proxies: int = 0
    files_a_day: int = 500
    fetch_every: int = 5
    widget_origins: tuple[str, ...] = ()
    credentials_keys: tuple[str, ...] = field(default=(), repr=False)
    storage: str = ""
    spool: Path = ROOT / "var" / "spool"
    s3_endpoint: str = ""
    s3_region: str = "us-east-1"
    s3_key: str = ""
    s3_secret: str = field(default="", repr=False)
    fake_url: str = ""
    stop_words: tuple[str, ...] = ()
    start_words: tuple[str, ...] = ()
    loop_texts: int = 0
    loop_turns: int = 0
    http_hosts: tuple[str, ...] = ()
    http_secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    parts: tuple[str, ...] = ()
    silent_after: int = 60

    @property
    def is_trial(self) -> bool:
        return self.instance == "trial"

    @property
    def is_https(self) -> bool:
        return self.public_url.startswith("https://")

    @classmethod
    def from_environ(cls, environ: Mapping[str, str] | None = None) -> Config:
        """Read the settings named in SETTINGS; raise BadConfig for the first that cannot be."""
        env = _known({**_trial_settings(os.environ), **os.environ} if environ is None else environ)
        data = Path(env.get("ROMS_DATA", ROOT / "var")).absolute()
        config = cls(
            instance=_one_of(env, "ROMS_INSTANCE", ("production", "trial")),
            data=data,
            flows=Path(env.get("ROMS_FLOWS", ROOT / "flows")).absolute(),
            database_url=_database_url(env.get("DATABASE_URL", f"sqlite:///{data / 'roms.db'}")),
            redis_url=_url(env, "REDIS_URL", ("redis", "rediss", "unix")),
            secret_key=_secret_key(env),
            public_url=_url(env, "ROMS_PUBLIC_URL", ("http", "https"), "http://127.0.0.1:8000").rstrip("/"),
            trusted_proxies=_whole(env, "ROMS_TRUSTED_PROXIES"),
            files_a_day=_whole(env, "ROMS_FILES_A_DAY", "500"),
            fetch_every=_whole(env, "ROMS_FETCH_EVERY", "5"),
            widget_origins=tuple(env.get("ROMS_WIDGET_ORIGINS", "").split()),
            credentials_keys=_credentials_keys(env),
            storage=_storage(env.get("ROMS_STORAGE", str(data / "files"))),
            spool=Path(env.get("ROMS_SPOOL", data / "spool")).absolute(),
            s3_endpoint=env.get("ROMS_S3_ENDPOINT", ""),
            s3_region=env.get("ROMS_S3_REGION", "us-east-1"),
            s3_key=env.get("ROMS_S3_KEY", ""),
            s3_secret=env.get("ROMS_S3_SECRET", ""),
            fake_url=env.get("ROMS_FAKE_URL", ""),
            stop_words=_list(env.get("ROMS_STOP_WORDS", STOP_WORDS)),
            start_words=_list(env.get("ROMS_START_WORDS", START_WORDS)),
            loop_texts=_whole(env, "ROMS_LOOP_TEXTS", "10"),
            loop_turns=_whole(env, "ROMS_LOOP_TURNS", "15"),
            http_hosts=_http_hosts(env.get("ROMS_HTTP_HOSTS", "")),
            http_secrets=_http_secrets(env.get("ROMS_HTTP_SECRETS", "")),
            parts=_parts(env.get("ROMS_PARTS", "")),
            silent_after=_whole(env, "ROMS_SILENT_AFTER", "60"),
        )
        if config.instance == "production" and not config.is_https and "ROMS_PUBLIC_URL" in env:
            _loopback_only(config.public_url)
        return config


# Read where they are needed (gunicorn.conf.py, ./dev, crash.py, clock.py), so not part of Config.
PROCESS_SETTINGS: Mapping[str, str] = {
    "ROMS_BIND": "address and port the web server listens on (default 127.0.0.1:8000)",
    "ROMS_VENV": "a Python environment for ./dev to use instead of making .venv",
    "ROMS_THREADS": "threads of the web process; every open inbox or web chat takes one (default 400)",
    "ROMS_CRASH_AT": "for tests only: the process kills itself at this place (`name` or `name:3`); see docs/chaos.md",
    "ROMS_CLOCK_SHIFT": "for tests only: a file with the seconds by which the clock is wrong; see docs/chaos.md",
}


def _known(given: Mapping[str, str]) -> dict[str, str]:
    """Those that say something; one with our prefix that nobody reads is a slip of the pen."""
    env = {name: value for name, value in given.items() if value}
    unknown = sorted(name for name in env if name.startswith("ROMS_") and name not in {**SETTINGS, **PROCESS_SETTINGS})
    if unknown:
        raise BadConfig(f"unknown setting {unknown[0]}; known are: {', '.join(SETTINGS)}")
    return env


def _trial_settings(environ: Mapping[str, str]) -> dict[str, str]:
    """A command that is given no settings means the trial that `./dev run` keeps in this checkout, if there is one."""
    left = Path(environ.get("ROMS_DATA", ROOT / "var")) / "trial.env"
    if "REDIS_URL" in environ or "ROMS_INSTANCE" in environ or not left.is_file():
        return {}
    return dict(line.split("=", 1) for line in left.read_text().splitlines() if "=" in line)


def _one_of(env: Mapping[str, str], name: str, allowed: tuple[str, ...]) -> str:
    value = env.get(name, allowed[0])
    if value not in allowed:
        raise BadConfig(f"{name} is {value!r}; it must be one of: {', '.join(allowed)}")
    return value


def _whole(env: Mapping[str, str], name: str, usual: str = "0") -> int:
    value = env.get(name, usual)
    if not value.isdigit():
        raise BadConfig(f"{name} is {value!r}; it must be a whole number such as 1")
    return int(value)


def _url(env: Mapping[str, str], name: str, schemes: tuple[str, ...], default: str = "") -> str:
    value = env.get(name, default)
    if not value:
        raise BadConfig(f"{name} is not set: {SETTINGS[name]}")
    if urlsplit(value).scheme not in schemes:
        raise BadConfig(f"{name} must begin with one of: {', '.join(s + '://' for s in schemes)}")
    return value


def _database_url(value: str) -> str:
    scheme = value.partition(":")[0]
    if scheme in ("postgresql", "postgres", "postgresql+psycopg"):
        return "postgresql+psycopg" + value[len(scheme) :]
    if scheme == "sqlite":
        return value
    raise BadConfig("DATABASE_URL must begin with sqlite:/// or postgresql://")


def _secret_key(env: Mapping[str, str]) -> str:
    value = env.get("ROMS_SECRET_KEY", "")
    if not value and "ROMS_SECRET_KEY_FILE" in env:
        try:
            value = Path(env["ROMS_SECRET_KEY_FILE"]).read_text().strip()
        except OSError as error:
            raise BadConfig(f"ROMS_SECRET_KEY_FILE cannot be read: {error}") from error
    if len(value) < 32:
        raise BadConfig("ROMS_SECRET_KEY (or the file ROMS_SECRET_KEY_FILE names) must hold at least 32 characters")
    return value


def _credentials_keys(env: Mapping[str, str]) -> tuple[str, ...]:
    value = env.get("ROMS_CREDENTIALS_KEY", "")
    if not value and "ROMS_CREDENTIALS_KEY_FILE" in env:
        try:
            value = Path(env["ROMS_CREDENTIALS_KEY_FILE"]).read_text()
        except OSError as error:
            raise BadConfig(f"ROMS_CREDENTIALS_KEY_FILE cannot be read: {error}") from error
    keys = tuple(value.split())
    if not all(map(is_key, keys)):
        raise BadConfig("ROMS_CREDENTIALS_KEY must hold keys as `flask channels new-key` prints them")
    return keys


def _storage(value: str) -> str:
    if "://" in value and not re.fullmatch(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/\S*)?", value):
        raise BadConfig("ROMS_STORAGE must be a folder, or s3://bucket, or s3://bucket/prefix")
    return value


def _list(value: str) -> tuple[str, ...]:
    return tuple(each.strip() for each in value.split(",") if each.strip())


def _http_hosts(value: str) -> tuple[str, ...]:
    entries = _list(value)
    try:
        for each in entries:
            entry(each)
    except ValueError as error:
        raise BadConfig(f"ROMS_HTTP_HOSTS: {error}") from error
    return entries


def _http_secrets(path: str) -> dict[str, str]:
    """Values are never shown, not even the one that is wrong."""
    if not path:
        return {}
    try:
        secrets = json.loads(Path(path).read_text())
    except (OSError, ValueError) as error:
        raise BadConfig(f"ROMS_HTTP_SECRETS cannot be read: {type(error).__name__}") from None
    if not isinstance(secrets, dict):
        raise BadConfig("ROMS_HTTP_SECRETS must name a file that holds {name: value}")
    for name, secret in secrets.items():
        if not isinstance(secret, str) or not secret.isascii() or not secret.isprintable():
            raise BadConfig(f"ROMS_HTTP_SECRETS: {name!r} must be one line of plain text")
    return secrets


def _parts(value: str) -> tuple[str, ...]:
    parts = tuple(value.split())
    if unknown := sorted({*parts} - {"worker", "caller", "fetcher", "ticker"}):
        raise BadConfig(f"ROMS_PARTS names {unknown[0]!r}; there are: worker, caller, fetcher, ticker")
    return parts


def _loopback_only(public_url: str) -> None:
    if urlsplit(public_url).hostname not in ("127.0.0.1", "localhost", "::1"):
        raise BadConfig("ROMS_PUBLIC_URL must begin with https:// in production: sign-in cookies need it")
