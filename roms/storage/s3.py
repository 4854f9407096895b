"""Files on a server that speaks S3: one object each, read from any place by ranges."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from roms.storage.failures import Gone, NoSpace, Unreachable
from roms.storage.local import KEY

MISSING = ("404", "NoSuchKey", "NotFound")
FULL = ("507", "XMinioStorageFull", "QuotaExceeded", "InsufficientStorage")
PATIENCE = Config(
    connect_timeout=5, read_timeout=20, retries={"total_max_attempts": 2}, s3={"addressing_style": "path"}
)


class Bucket:
    """A storage that is a bucket, or what stands below a prefix in it."""

    def __init__(self, where: str, s3: Mapping[str, str]) -> None:
        self._bucket, _, prefix = where.removeprefix("s3://").partition("/")
        self._prefix = prefix.strip("/") + "/" if prefix.strip("/") else ""
        self._client: Any = boto3.session.Session().client(
            "s3",
            endpoint_url=s3.get("endpoint") or None,
            region_name=s3.get("region") or None,
            aws_access_key_id=s3.get("key") or None,
            aws_secret_access_key=s3.get("secret") or None,
            config=PATIENCE,
        )

    def put(self, key: str, source: Path) -> None:
        with _told(), source.open("rb") as content:
            self._client.put_object(**self._at(key), Body=content)

    def open(self, key: str) -> BinaryIO:
        with _told():
            size = int(self._client.head_object(**self._at(key))["ContentLength"])
        return cast(BinaryIO, io.BufferedReader(_Object(self._client, self._at(key), size), 1 << 16))

    def exists(self, key: str) -> bool:
        try:
            with _told():
                self._client.head_object(**self._at(key))
        except Gone:
            return False
        return True

    def delete(self, key: str) -> None:
        with _told():
            self._client.delete_object(**self._at(key))

    def _at(self, key: str) -> dict[str, str]:
        if not KEY.fullmatch(key):
            raise Gone("that is no key")
        return {"Bucket": self._bucket, "Key": self._prefix + key}


class _Object(io.RawIOBase):
    """An object that is asked for only from where somebody reads."""

    def __init__(self, client: Any, at: dict[str, str], size: int) -> None:
        self._client, self._at, self._size = client, at, size
        self._place, self._body = 0, None

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._place

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._size}[whence]
        if start + offset != self._place:
            self._leave()
        self._place = max(0, start + offset)
        return self._place

    def readinto(self, into: Any) -> int:
        if self._place >= self._size:
            return 0
        with _told():
            if self._body is None:
                self._body = self._client.get_object(**self._at, Range=f"bytes={self._place}-")["Body"]
            data = cast(Any, self._body).read(len(into))
        into[: len(data)] = data
        self._place += len(data)
        return len(data)

    def close(self) -> None:
        self._leave()
        super().close()

    def _leave(self) -> None:
        if self._body is not None:
            cast(Any, self._body).close()
            self._body = None


@contextmanager
def _told() -> Iterator[None]:
    """boto's errors in the words of this package; what they say names keys and buckets, never secrets."""
    try:
        yield
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        if code in MISSING:
            raise Gone("the file is not in the storage") from error
        raise (NoSpace if code in FULL else Unreachable)(f"the S3 server refuses: {code}") from error
    except (BotoCoreError, OSError) as error:
        raise Unreachable(f"the S3 server does not answer: {type(error).__name__}") from error
