"""Calls of the API: whom to ask, what it answered, and asking again while it cannot be reached."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import click
import httpx
import stamina
from stamina.instrumentation import RetryDetails, set_on_retry_hooks

Asks = TypeVar("Asks", bound=Callable[..., Any])

_AWAY = (502, 503, 504)
"""Statuses of an API, or of what stands before it, that will answer in a moment."""
_PASSING = (
    httpx.NetworkError,
    httpx.TimeoutException,
    httpx.RemoteProtocolError,
    httpx.HTTPStatusError,
)

patience_option = click.option(
    "--patience",
    type=click.FloatRange(min=0),
    metavar="SECONDS",
    default=30.0,
    show_default=True,
    help="How long to go on asking while the API cannot be reached.",
)


def key_option(what_it_does: str) -> Callable[[Asks], Asks]:
    """`--key`: an `Idempotency-Key`."""
    return click.option("--key", metavar="TEXT", help=f"{what_it_does}  [default: a new one]")


once_option = key_option(
    "Asked for again with the same key, the same report comes back and no second one is made."
)

api_url_option = click.option(
    "--api-url", envvar="BROADSHEET_API_URL", help="The running local stack's."
)
token_option = click.option(
    "--token", envvar="BROADSHEET_TOKEN", help="An admin's of the local stack."
)


@contextlib.contextmanager
def api_client(api_url: str, token: str) -> Iterator[httpx.Client]:
    """A client for `/api/v1`; what goes wrong in the block ends the command with its reason."""
    # Else each retry is logged to standard output, where a file may be going.
    set_on_retry_hooks([_say_once])
    try:
        with httpx.Client(
            base_url=f"{api_url.rstrip('/')}/api/v1",
            headers={"Authorization": f"Bearer {token}"},
            timeout=60,
            trust_env=False,
        ) as client:
            yield client
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise click.ClickException(f"{api_url} cannot be reached: {error}") from error
    except UnicodeError as error:
        raise click.ClickException(f"that cannot be sent: {error}") from error
    except OSError as error:
        raise click.ClickException(f"the file cannot be written: {error}") from error


def whom_to_ask(api_url: str | None, token: str | None) -> tuple[str, str]:
    """Address and token: those given, else the running local stack's."""
    if api_url and token:
        return api_url, token
    from deploy.local.stack import stack_status

    state = stack_status()
    if state is None:
        raise click.ClickException(
            "no stack runs here: start one with `broadsheet up`, or give --api-url and --token"
        )
    return api_url or state["api_url"], token or state["token"]


def called(
    client: httpx.Client, method: str, path: str, *, patience: float, **request: Any
) -> dict[str, Any]:
    """What the API answered; asked again for `patience` seconds while it cannot be reached.

    Only for what may be asked twice: a GET, or a POST with an `Idempotency-Key`. A refusal ends
    the command with its reasons; `httpx.TransportError` says that the API stayed away.
    """
    try:
        for attempt in stamina.retry_context(
            on=_PASSING,
            attempts=None if patience else 1,
            timeout=patience or None,
            wait_initial=0.2,
            wait_max=2.0,
        ):
            with attempt:
                response = client.request(method, path, **request)
                if response.status_code in _AWAY:
                    response.raise_for_status()
    except httpx.HTTPStatusError as error:
        response = error.response
    found: dict[str, Any] = answer(response).json()
    return found


def _say_once(details: RetryDetails) -> None:
    if details.retry_num == 1:
        click.echo("the API does not answer; asking again", err=True)


def answer(response: httpx.Response) -> httpx.Response:
    """The response, unless it is a refusal: then its reasons end the command."""
    if not response.is_error:
        return response
    try:
        problem = response.json()
    except ValueError:
        raise click.ClickException(f"{response.status_code}: {response.text}") from None
    # `detail` says the same in one sentence, so it stands only where no field is named.
    reasons = [
        f"{error['field']}: {error['detail']}" if error["field"] else error["detail"]
        for error in problem.get("errors", ())
    ] or [problem.get("detail") or problem.get("title") or response.text]
    raise click.ClickException(f"{response.status_code}: " + "\n  ".join(reasons))
