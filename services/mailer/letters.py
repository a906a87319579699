"""Letters: what the recipients of a report's mail get alike, made once and kept.

The text, its pictures and its files as MIME lie in storage beside the report's files, under a key
that follows from the report; whichever mailer comes first writes it, and the others send just
that. So a thousand recipients cost one encoding and one stored copy, every attempt sends the same
bytes, and the ledger can give them out (decision 0025).
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import html
import json
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog

from services.mailer import SERVICE
from services.mailer.channels import Attachment, Body, Picture
from services.mailer.channels.smtp.mail import body_of, entity
from services.mailer.claims import Claimed
from services.mailer.zipping import zipped
from shared import share_links
from shared.blobs import BlobStore
from shared.dedup_keys import artifact_key
from shared.errors import PermanentError
from shared.share_links import Links, NewLink
from shared.store.engine import Store

log = structlog.get_logger(__name__)

KEPT_BYTES = 64 << 20
"""Of letters in memory; the one at hand is kept whatever its size."""
_MARK = "<!--files-->"
"""Where a mail's HTML has room for links to files."""


@dataclass(frozen=True)
class Letter:
    """What is the same for all."""

    subject: str
    sender_name: str | None
    headers: tuple[tuple[str, str], ...]
    body: Body


@dataclass(frozen=True)
class _LinkedFile:
    name: str
    size: int
    url: str


class Letters:
    """Makes letters, each once, and keeps the latest in memory."""

    def __init__(
        self, store: Store, blobs: BlobStore, links: Links, *, max_bytes: int, link_days: int
    ) -> None:
        self._store = store
        self._blobs = blobs
        self._links = links
        self._max_bytes = max_bytes
        self._lifetime = timedelta(days=link_days)
        self._kept: OrderedDict[str, Letter] = OrderedDict()
        self._making: dict[str, asyncio.Task[Letter]] = {}

    async def of(self, claimed: Claimed) -> Letter:
        """The letter that the delivery brings; PermanentError where there can be none."""
        key = _key(claimed)
        if (letter := self._kept.get(key)) is not None:
            self._kept.move_to_end(key)
            return letter
        if key not in self._making:
            making = asyncio.create_task(self._make(claimed, key), name="letter")
            self._making[key] = making
            making.add_done_callback(lambda _: self._making.pop(key, None))
        # Not cancelled with the one who asked first: others wait for it as well.
        letter = await asyncio.shield(self._making[key])
        self._keep(key, letter)
        return letter

    async def texts_of(self, claimed: Claimed) -> dict[str, Any]:
        """Subject, HTML and text for channels that put words of their own around them.

        Empty where the report was mailed to nobody and so has no such texts.
        """
        texts = await self._texts(claimed)
        if texts is None:
            return dict.fromkeys(("subject", "html", "text"), "")
        subject = _marked(claimed, texts["subject"], texts)
        return {"subject": subject, "html": texts["html"], "text": texts["text"]}

    def _keep(self, key: str, letter: Letter) -> None:
        self._kept[key] = letter
        size = sum(len(one.body.content) for one in self._kept.values())
        while size > KEPT_BYTES and len(self._kept) > 1:
            _, oldest = self._kept.popitem(last=False)
            size -= len(oldest.body.content)

    async def _texts(self, claimed: Claimed) -> dict[str, Any] | None:
        for artifact in claimed.artifacts:
            if artifact["format"] == "mail":
                texts: dict[str, Any] = json.loads(await self._blobs.get(artifact["blob_key"]))
                return texts
        return None

    async def _make(self, claimed: Claimed, key: str) -> Letter:
        texts = await self._texts(claimed)
        if texts is None:
            raise PermanentError("no_mail_body", "the renderer wrote no mail for this run")
        options = claimed.run.delivery_options
        return Letter(
            subject=_marked(claimed, _subject(claimed, texts), texts),
            sender_name=options.from_name,
            headers=(("Reply-To", options.reply_to),) if options.reply_to else (),
            body=await asyncio.to_thread(body_of, key, await self._content(claimed, texts, key)),
        )

    async def _content(self, claimed: Claimed, texts: Mapping[str, Any], key: str) -> bytes:
        """What is stored under the key; made and stored where nobody has yet."""
        files = [artifact for artifact in claimed.artifacts if not artifact["internal"]]
        try:
            return await self._blobs.get(key)
        except PermanentError as missing:
            if missing.code != "blob_missing":
                raise
        attachments = await self._attachments(claimed, files, _room(texts, self._max_bytes))
        linked: Sequence[_LinkedFile] = ()
        if attachments is None:
            attachments = ()
            linked = await self._linked(claimed, files)
        try:
            content = await asyncio.to_thread(_entity, texts, attachments, linked)
        except ValueError as error:
            raise PermanentError("unmailable", f"not sent: {error}") from None
        if not await self._blobs.put_new(key, content):
            content = await self._blobs.get(key)  # another mailer was first
        return content

    async def _attachments(
        self, claimed: Claimed, files: Sequence[Mapping[str, Any]], room: int
    ) -> Sequence[Attachment] | None:
        """The files, to be carried by the mail; None where they are too large for that."""
        as_zip = claimed.run.delivery_options.zip and len(files) > 1
        if not as_zip and encoded_size(file["size"] for file in files) > room:
            return None
        attachments = [
            Attachment(
                file["file_name"], file["media_type"], await self._blobs.get(file["blob_key"])
            )
            # Compressed files may fit where they do not as they are; not ten times as much.
            for file in files
            if not as_zip or file["size"] <= 10 * room
        ]
        if not as_zip:
            return attachments
        if len(attachments) < len(files):
            return None
        run = claimed.run
        name = f"{run.report_type}_{run.first_day}_{run.last_day}.zip"
        packed = await asyncio.to_thread(zipped, attachments, name)
        return [packed] if encoded_size([len(packed.content)]) <= room else None

    async def _linked(
        self, claimed: Claimed, files: Sequence[Mapping[str, Any]]
    ) -> list[_LinkedFile]:
        """A link to each file, the same for all recipients of the letter."""
        self._links.ensure_reachable()
        run = claimed.run
        async with self._store.tenant(run.tenant_id) as connection:
            made = [
                await share_links.make(
                    connection,
                    NewLink(
                        tenant_id=run.tenant_id,
                        artifact_id=file["id"],
                        run_id=run.id,
                        lifetime=self._lifetime,
                        created_by=SERVICE,
                        purpose=f"mail/{run.id}",
                    ),
                )
                for file in files
            ]
        return [
            _LinkedFile(file["file_name"], file["size"], self._links.page_url(row["id"]))
            for file, row in zip(files, made, strict=True)
        ]


def encoded_size(sizes: Iterable[int]) -> int:
    """Octets of files of those sizes in a mail: base64 in lines of 76 (RFC 2045 section 6.8)."""
    return sum(-(-size // 57) * 78 for size in sizes)


def _room(texts: Mapping[str, Any], max_bytes: int) -> int:
    # Quoted-printable takes up to three octets for one; pictures are base64 already.
    shown = sum(len(picture["content"]) for picture in texts.get("pictures", ()))
    return max_bytes - 3 * (len(texts["html"].encode()) + len(texts["text"].encode())) - shown


def _key(claimed: Claimed) -> str:
    run = claimed.run
    chosen = json.dumps(
        [str(claimed.slice_id), sorted(file["format"] for file in claimed.artifacts)]
    )
    name = hashlib.sha256(chosen.encode()).hexdigest()[:16]
    return artifact_key(run.tenant_id, run.id, run.generation, f"letter-{name}.mime")


def _marked(claimed: Claimed, subject: str, texts: Mapping[str, Any]) -> str:
    """A corrected report is known as one before it is opened, whatever it is called."""
    if claimed.run.supersedes is None:
        return subject
    return _words(texts)["corrected"].replace("{subject}", subject)


def _words(texts: Mapping[str, Any]) -> Mapping[str, str]:
    """What is said around the renderer's texts, in their language.

    In English of a renderer of an earlier version, and of a mail that is no report.
    """
    words: Mapping[str, str] = texts.get("words", _ENGLISH)
    return words


_ENGLISH = {
    "corrected": "Corrected: {subject}",
    "files_too_large": "The files are too large for a mail. Fetch them here:",
    "decimal_mark": ".",
}


def _subject(claimed: Claimed, texts: Mapping[str, Any]) -> str:
    usual: str = texts["subject"]
    template = claimed.run.delivery_options.subject
    # A mail that is no report has nothing that one could name.
    if template is None or "facts" not in texts:
        return usual
    # Imported here: its library is needed by few.
    from shared import subject_templates

    run = claimed.run
    about = {
        "subject": usual,
        "first_day": run.first_day.isoformat(),
        "last_day": run.last_day.isoformat(),
        "report_type": run.report_type,
    }
    try:
        return subject_templates.rendered(template, {**texts["facts"], **about})
    except ValueError as error:
        # The report counts for more than how it is called.
        log.warning("the usual subject is used", run_id=str(run.id), reason=str(error))
        return usual


def _entity(
    texts: Mapping[str, Any], attachments: Sequence[Attachment], linked: Sequence[_LinkedFile]
) -> bytes:
    pictures = tuple(
        Picture(
            picture["file_name"],
            picture["media_type"],
            base64.b64decode(picture["content"]),
            picture["content_id"],
        )
        # A renderer of an earlier version wrote none.
        for picture in texts.get("pictures", ())
    )
    text, shown = texts["text"], texts["html"]
    if linked:
        words = _words(texts)
        text = f"{text.rstrip()}\n\n{_links_as_text(linked, words)}"
        shown = _with_links(shown, linked, words)
    return entity(text, shown, attachments, pictures)


def _links_as_text(linked: Sequence[_LinkedFile], words: Mapping[str, str]) -> str:
    lines = [f"{file.name} ({_megabytes(file.size, words)})\n{file.url}\n" for file in linked]
    return "\n".join([words["files_too_large"], *lines])


def _with_links(shown: str, linked: Sequence[_LinkedFile], words: Mapping[str, str]) -> str:
    items = "".join(
        '<div style="margin:6px 0 0;font-size:15px;line-height:22px;">'
        f'<a class="accent" href="{html.escape(file.url)}">{html.escape(file.name)}</a>'
        f'<span class="muted" style="color:#56616D;"> ({_megabytes(file.size, words)})</span></div>'
        for file in linked
    )
    block = (
        '<div class="ink" style="margin:22px 0 0;font-size:15px;line-height:22px;color:#1B2127;">'
        f"{html.escape(words['files_too_large'])}</div>{items}"
    )
    # Of a renderer of an earlier version, or a mail that is no report: before its end.
    mark = _MARK if _MARK in shown else "</body>"
    return shown.replace(mark, block + ("" if mark == _MARK else mark), 1)


def _megabytes(size: int, words: Mapping[str, str]) -> str:
    return f"{max(size / 1e6, 0.1):.1f} MB".replace(".", words["decimal_mark"])
