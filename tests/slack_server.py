"""Slack's Web API on loopback, as far as sharing files needs it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from urllib.parse import parse_qs

from tests.http_receiver import HttpReceiver, Reply, Request

TOKEN = "xoxb-token-of-the-bot"


@dataclass
class Shared:
    """One post with its files."""

    channel: str
    comment: str
    files: dict[str, bytes] = field(default_factory=dict)


class SlackServer(HttpReceiver):
    """`posts` is what people see; `uploaded` what lies there unseen."""

    def __init__(self) -> None:
        super().__init__(self._answer)
        self.uploaded: dict[str, tuple[str, bytes]] = {}
        self.posts: list[Shared] = []
        self.trouble: dict[str, Reply] = {}
        """By method: answered in place of what it would say."""

    def _answer(self, request: Request) -> Reply:
        method = request.target.rpartition("/")[2].partition("?")[0]
        if method in self.trouble:
            return self.trouble[method]
        if method.startswith("F"):
            name, _ = self.uploaded[method]
            self.uploaded[method] = (name, request.body)
            return Reply(200, b"OK")
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return _said(ok=False, error="invalid_auth")
        fields = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
        if method == "files.getUploadURLExternal":
            file_id = f"F{len(self.uploaded):04}"
            self.uploaded[file_id] = (fields["filename"], b"")
            return _said(ok=True, upload_url=f"{self.url}/upload/{file_id}", file_id=file_id)
        if method == "files.completeUploadExternal":
            files = json.loads(fields["files"])
            named = (self.uploaded[file["id"]] for file in files)
            comment = fields.get("initial_comment", "")
            self.posts.append(Shared(fields["channel_id"], comment, dict(named)))
            return _said(ok=True, files=[{"id": file["id"]} for file in files])
        return _said(ok=False, error="unknown_method")


def _said(**fields: object) -> Reply:
    return Reply(200, json.dumps(fields).encode(), {"Content-Type": "application/json"})
