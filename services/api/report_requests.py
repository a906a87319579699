"""What `POST /reports` takes, and how it becomes a run request."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import email_validator
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from services.api.catalogue import Catalogue, OfferedType
from services.api.guards import ensure_allowed
from services.api.principals import Principal
from services.api.problems import FieldError, Problem, field_problem, fields_problem
from shared import subject_templates
from shared.dedup_keys import body_hash
from shared.delivery_options import DeliveryOptions
from shared.format_options import FormatOptions
from shared.languages import ENGLISH
from shared.periods import Period, Preset, TimezoneName, preset_period
from shared.recipients import EverybodyOfRole
from shared.run_requests import Recipient, RunRequest
from shared.states import Lane, Occasion
from shared.validation_words import all_in_words

# Names below these are used in examples and tests; whether they can be reached is the mail
# server's business, not a matter of syntax.
email_validator.SPECIAL_USE_DOMAIN_NAMES.clear()

EARLIEST, LATEST = date(1970, 1, 1), date(2199, 12, 31)


_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _iso_day(value: object) -> object:
    # Not left to `fromisoformat`, which also takes ISO weeks.
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise ValueError("give a day as YYYY-MM-DD, without time or zone")
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise ValueError(f"there is no day {value}") from None
    if not EARLIEST <= day <= LATEST:
        raise ValueError(f"{value} lies outside {EARLIEST} to {LATEST}")
    return day


def _mail_address(value: str) -> str:
    if "=?" in value:
        raise ValueError("=? cannot be part of an address: mail programs would decode it")
    try:
        return email_validator.validate_email(value, check_deliverability=False).normalized
    except email_validator.EmailNotValidError as error:
        raise ValueError(f"{value!r} is not one e-mail address: {error}") from None


FormatNames = Annotated[
    list[Annotated[str, Field(max_length=30)]],
    Field(min_length=1, max_length=10, description="Formats to render."),
]
LanguageName = Annotated[
    str, Field(max_length=35, description="The language to write in, as a BCP 47 tag such as `de`.")
]
Day = Annotated[date, BeforeValidator(_iso_day)]
MailAddress = Annotated[str, Field(max_length=254), AfterValidator(_mail_address)]


class Body(BaseModel):
    """What a request says; fields that are not known are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _can_be_written(options: DeliveryOptions) -> DeliveryOptions:
    """What takes more than the services that only read them have at hand."""
    if options.subject is not None:
        subject_templates.check(options.subject)
    if options.reply_to is not None:
        return options.model_copy(update={"reply_to": _mail_address(options.reply_to)})
    return options


DeliveryOptionsField = Annotated[DeliveryOptions, AfterValidator(_can_be_written)]


class PeriodBody(Body):
    """Either two days, both inclusive, or a preset."""

    first_day: Day | None = Field(None, alias="from", description="First day, YYYY-MM-DD.")
    last_day: Day | None = Field(None, alias="to", description="Last day, inclusive.")
    preset: Preset | None = Field(None, description="A period relative to today.")

    @model_validator(mode="after")
    def _one_way(self) -> PeriodBody:
        if self.preset is not None:
            if self.first_day or self.last_day:
                raise ValueError("give either `preset` or `from` and `to`, not both")
        elif self.first_day is None or self.last_day is None:
            raise ValueError("give `from` and `to`, or a `preset` such as last_month")
        return self


EMAIL = "email"
"""The channel whose recipients have addresses of their own."""


class RecipientBody(Body):
    """One recipient: an address, or the name of a destination."""

    channel: str = Field(pattern="^[a-z][a-z0-9_]{0,29}$", description="A channel's name.")
    to: str = Field(
        max_length=254, description="Of `email` an address, else the name of a destination."
    )

    @field_validator("to")
    @classmethod
    def _in_the_channels_terms(cls, value: str, info: ValidationInfo) -> str:
        return _mail_address(value) if info.data.get("channel") == EMAIL else value


Recipients = Annotated[
    list[RecipientBody], Field(max_length=100, description="Who gets the files.")
]


class DocumentFields(Body):
    """What decides about what a report says."""

    type: str = Field(max_length=63, description="A report type's name.")
    timezone: TimezoneName | None = Field(
        None, description="IANA name; the tenant's when left out."
    )
    parameters: dict[str, Any] = Field(
        default_factory=dict, description="As the report type's JSON Schema says."
    )
    language: LanguageName = ENGLISH


class ReportFields(DocumentFields):
    """What a report is made of, whether it is asked for once or saved as a definition."""

    formats: FormatNames
    format_options: FormatOptions = FormatOptions()
    delivery_options: DeliveryOptionsField = DeliveryOptions()


class ReportBody(ReportFields):
    """A report to be made."""

    period: PeriodBody
    deliver_to: Recipients = Field(default_factory=list)
    fresh: bool = Field(
        False,
        strict=True,
        description="Read the source in any case, also where an identical report did just now.",
    )


class DocumentBody(DocumentFields):
    """What is to be seen without its being made."""

    period: PeriodBody


async def run_request(
    body: ReportBody,
    principal: Principal,
    catalogue: Catalogue,
    idempotency_key: str | None,
    *,
    also: Iterable[FieldError] = (),
) -> RunRequest:
    """The validated request; Problem 422 names every field that is wrong.

    Problem 403 comes before that: nobody is made to mend a request that is refused anyway.
    `also`: what the store says is wrong with it.
    """
    offered = await offered_for(
        body, principal, catalogue, also=[*recipient_errors(body.deliver_to, "/deliver_to"), *also]
    )
    return RunRequest(
        tenant_id=principal.tenant_id,
        report_type=offered.name,
        source=offered.source,
        period=_period(body, principal),
        parameters=body.parameters,
        language=body.language,
        formats=tuple(body.formats),
        format_options=body.format_options,
        delivery_options=body.delivery_options,
        lane=Lane.INTERACTIVE,
        requested_by=principal.sub,
        role=principal.role,
        recipients=tuple(Recipient(entry.channel, entry.to) for entry in body.deliver_to),
        idempotency_key=idempotency_key,
        freshness_seconds=0 if body.fresh else principal.freshness_seconds,
        # How fresh it has to be is not part of what is asked for.
        body_sha256=body_hash(body.model_dump(mode="json", by_alias=True, exclude={"fresh"}))
        if idempotency_key
        else None,
    )


async def preview_request(
    body: DocumentBody, principal: Principal, catalogue: Catalogue
) -> RunRequest:
    """The same for a preview: a run without files, for nobody."""
    offered = await offered_for(body, principal, catalogue)
    return RunRequest(
        tenant_id=principal.tenant_id,
        report_type=offered.name,
        source=offered.source,
        period=_period(body, principal),
        parameters=body.parameters,
        language=body.language,
        formats=(),
        lane=Lane.INTERACTIVE,
        occasion=Occasion.PREVIEW,
        requested_by=principal.sub,
        role=principal.role,
        freshness_seconds=principal.freshness_seconds,
    )


async def offered_for(
    body: DocumentFields,
    principal: Principal,
    catalogue: Catalogue,
    *,
    also: Iterable[FieldError] = (),
) -> OfferedType:
    """The report type, once everything that is said about the report fits it; refusals as above.

    `also`: what else is wrong with the request.
    """
    types, formats = await catalogue.types(), await catalogue.formats()
    if not types or not formats:
        missing = "aggregator has published its report types"
        if types:
            missing = "renderer has published its formats"
        raise Problem(503, f"no {missing} yet: try again in a moment", headers={"Retry-After": "2"})
    offered = types.get(body.type)
    if offered is None:
        raise field_problem(
            "/type", f"unknown report type {body.type!r}: use one of {', '.join(sorted(types))}"
        )
    ensure_allowed(principal, offered.name, body.parameters)
    errors = [
        *(format_errors(body.formats, offered) if isinstance(body, ReportFields) else ()),
        *language_errors(body.language, offered),
        *offered.parameter_errors(body.parameters),
        *also,
    ]
    if errors:
        raise fields_problem(errors)
    return offered


def format_errors(formats: Sequence[str], offered: OfferedType) -> Iterator[FieldError]:
    """What is wrong with the formats, for such a report type."""
    for index, name in enumerate(formats):
        if name not in offered.formats:
            known = ", ".join(offered.formats)
            detail = f"unknown format {name!r}: use one of {known}"
        elif name in formats[:index]:
            detail = f"{name!r} stands twice"
        else:
            continue
        yield FieldError(field=f"/formats/{index}", detail=detail)


def language_errors(language: str | None, offered: OfferedType) -> Iterator[FieldError]:
    """What is wrong with the language, for such a report type; nothing of none."""
    if language is not None and language not in offered.languages:
        known = ", ".join(offered.languages)
        detail = f"{offered.name} is not written in {language!r}: use one of {known}"
        yield FieldError(field="/language", detail=detail)


def recipient_errors(
    recipients: Sequence[RecipientBody | EverybodyOfRole], place: str
) -> Iterator[FieldError]:
    """Who stands twice in the list, which lies at `place` in the body."""
    seen = set()
    for index, entry in enumerate(recipients):
        name, said = ("to", entry.to) if isinstance(entry, RecipientBody) else ("role", entry.role)
        # Mailboxes that differ in case alone are one and the same wherever people have them.
        recipient = (entry.channel, name, said.casefold())
        if recipient in seen:
            yield FieldError(
                field=f"{place}/{index}/{name}", detail=f"{said} is a recipient already"
            )
        seen.add(recipient)


def _period(body: ReportBody | DocumentBody, principal: Principal) -> Period:
    timezone = body.timezone or principal.timezone
    wanted = body.period
    try:
        if wanted.preset is not None:
            today = datetime.now(UTC).astimezone(ZoneInfo(timezone)).date()
            return preset_period(wanted.preset, today, timezone)
        assert wanted.first_day is not None
        assert wanted.last_day is not None
        return Period(first_day=wanted.first_day, last_day=wanted.last_day, timezone=timezone)
    except ValueError as error:
        detail = all_in_words(error) if isinstance(error, ValidationError) else str(error)
        raise field_problem("/period", detail) from None
