"""Prints the API's OpenAPI document: `python -m services.api.openapi_document`.

The page's client is made from it (`make page-client`).
"""

from __future__ import annotations

import json

from pydantic import SecretStr

from services.api.app import create_app
from services.api.settings import ApiSettings

_NOWHERE = "postgresql://nobody@127.0.0.1/nothing"
_NO_SECRET = "Zb7pQ2xW9vK4mT1sL8rN3cF6hJ0dG5yE"  # noqa: S105 - of an api that is never started


def openapi_document() -> str:
    """The document as JSON, for an api that is never started."""
    settings = ApiSettings(
        amqp_url=SecretStr("amqp://nobody@127.0.0.1/"),
        database_url=SecretStr(_NOWHERE),
        housekeeping_database_url=SecretStr(_NOWHERE),
        blob_url="file:///nowhere",
        jwt_key=SecretStr(_NO_SECRET),
        link_key=SecretStr(_NO_SECRET),
        log_level="error",
    )
    return json.dumps(create_app(settings).openapi(), indent=2, sort_keys=True)


if __name__ == "__main__":
    print(openapi_document())
