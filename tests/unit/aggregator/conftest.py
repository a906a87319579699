"""What takes its time once is done before the first test, whose limits are for what comes often."""

from __future__ import annotations

import pytest

from services.aggregator.wording.messages import say
from shared import localized


@pytest.fixture(scope="session", autouse=True)
def catalogues() -> None:
    """Read: two languages take a tenth of a second."""
    localized.load()
    say.load()
