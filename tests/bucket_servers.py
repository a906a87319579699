"""Google's and Azure's object storage on loopback, as far as their clients need it to put files.

Google: the XML API with `x-goog-if-generation-match: 0` and multipart uploads
(https://cloud.google.com/storage/docs/xml-api). Azure: Put Blob with `If-None-Match: *`, Put Block
and Put Block List (https://learn.microsoft.com/rest/api/storageservices).
"""

from __future__ import annotations

import re
from urllib.parse import parse_qs, unquote, urlsplit

from tests.http_receiver import HttpReceiver, Reply, Request

_NEVER = {"Last-Modified": "Sat, 21 Nov 2026 09:00:00 GMT", "ETag": '"1"', "x-goog-generation": "1"}


class Bucket:
    """What lies there. `answer` is for an `HttpReceiver`."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.metadata: dict[str, dict[str, str]] = {}
        self.parts: dict[str, dict[str, bytes]] = {}
        """What was begun and has not ended, by upload or by name."""

    def answer(self, request: Request) -> Reply:
        """As Google and Azure would."""
        parts = urlsplit(request.target)
        query = parse_qs(parts.query, keep_blank_values=True)
        if parts.path == "/token":
            return Reply(200, b'{"access_token": "t", "expires_in": 3600, "token_type": "Bearer"}')
        name = unquote(parts.path).lstrip("/").partition("/")[2]
        if request.method in ("GET", "HEAD"):
            if name not in self.objects:
                return Reply(404, b"<Error><Code>NoSuchKey</Code></Error>")
            return Reply(200, self.objects[name], _NEVER)
        if request.method == "DELETE":
            self.parts.pop(query["uploadId"][0], None)
            return Reply(204)
        if request.method == "POST":
            return self._post(name, query, request)
        return self._put(name, query, request)

    def _post(self, name: str, query: dict[str, list[str]], request: Request) -> Reply:
        if "uploads" in query:
            upload = f"upload-{len(self.parts)}"
            self.parts[upload] = {}
            self.metadata[name] = dict(request.headers)
            return Reply(
                200,
                f"<InitiateMultipartUploadResult><Bucket>b</Bucket><Key>{name}</Key>"
                f"<UploadId>{upload}</UploadId></InitiateMultipartUploadResult>".encode(),
            )
        parts = self.parts.pop(query["uploadId"][0])
        self.objects[name] = b"".join(parts[number] for number in sorted(parts, key=int))
        answer = b'<CompleteMultipartUploadResult><ETag>"1"</ETag></CompleteMultipartUploadResult>'
        return Reply(200, answer, _NEVER)

    def _put(self, name: str, query: dict[str, list[str]], request: Request) -> Reply:
        if "uploadId" in query:
            self.parts[query["uploadId"][0]][query["partNumber"][0]] = request.body
            return Reply(200, b"", _NEVER)
        if query.get("comp") == ["block"]:
            self.parts.setdefault(name, {})[query["blockid"][0]] = request.body
            return Reply(201)
        conditional = (
            request.headers.get("if-none-match") == "*"
            or request.headers.get("x-goog-if-generation-match") == "0"
        )
        if conditional and name in self.objects:
            return Reply(409 if "x-ms-version" in request.headers else 412)
        if query.get("comp") == ["blocklist"]:
            blocks = self.parts.pop(name)
            ids = re.findall("<(?:Latest|Uncommitted)>([^<]*)</", request.body.decode())
            self.objects[name] = b"".join(blocks[identifier] for identifier in ids)
        else:
            self.objects[name] = request.body
        self.metadata[name] = dict(request.headers)
        return Reply(201 if "x-ms-version" in request.headers else 200, b"", _NEVER)


class BucketServer(HttpReceiver):
    """The server with its bucket."""

    def __init__(self) -> None:
        self.bucket = Bucket()
        super().__init__(self.bucket.answer)
