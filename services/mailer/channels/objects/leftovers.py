"""Parts of uploads to S3 that were begun and never ended.

A mailer that is killed in the middle of one leaves parts that cost money and that nobody sees.
obstore can neither list nor abort the uploads of another process, so the two requests are made
here (Amazon S3 API, ListMultipartUploads and AbortMultipartUpload).
"""

from __future__ import annotations

import asyncio
from urllib.parse import quote
from xml.etree.ElementTree import Element, ParseError, fromstring

import structlog

log = structlog.get_logger(__name__)

_TIMEOUT_S = (15.0, 30.0)
_MOST = 20
"""Uploads of one key that are aborted at once; more than one is rare."""


class S3Leftovers:
    """Of one bucket; `url` is the bucket's own, without a slash at its end."""

    def __init__(
        self, url: str, region: str, access_key_id: str, secret_access_key: str, proxy: str
    ) -> None:
        self._url = url
        self._signed_as = (access_key_id, secret_access_key, region, "s3")
        self._proxies = {"http": proxy, "https": proxy}

    async def abort(self, key: str) -> None:
        """Abort what was begun for that key. Where that is not allowed, it is only logged."""
        await asyncio.to_thread(self._abort, key)

    def _abort(self, key: str) -> None:
        # Imported here: only large files of S3 destinations come this way.
        import requests
        from requests_aws4auth import AWS4Auth

        with requests.Session() as session:
            session.trust_env = False
            session.proxies = self._proxies
            session.auth = AWS4Auth(*self._signed_as)
            try:
                listed = session.get(
                    f"{self._url}?prefix={quote(key, safe='')}&uploads=",
                    timeout=_TIMEOUT_S,
                    allow_redirects=False,
                )
                listed.raise_for_status()
                for upload_id in _upload_ids(listed.content, key):
                    session.delete(
                        f"{self._url}/{quote(key)}?uploadId={quote(upload_id, safe='')}",
                        timeout=_TIMEOUT_S,
                        allow_redirects=False,
                    ).raise_for_status()
                    log.info("an upload that was begun earlier is aborted", key=key)
            except (requests.RequestException, ParseError) as error:
                log.warning("cannot look for uploads begun earlier", key=key, reason=repr(error))


def _upload_ids(listing: bytes, key: str) -> list[str]:
    """Of that very key: a prefix may be the beginning of others."""
    if b"<!DOCTYPE" in listing:
        raise ParseError("a listing has no document type")
    root: Element = fromstring(listing)  # noqa: S314  # no document type, so no entities
    found = []
    for upload in root.iter():
        if upload.tag.rpartition("}")[2] == "Upload":
            parts = {child.tag.rpartition("}")[2]: child.text or "" for child in upload}
            if parts.get("Key") == key and parts.get("UploadId"):
                found.append(parts["UploadId"])
    return found[:_MOST]
