"""What a report on reviews says, by language."""

from __future__ import annotations

from services.aggregator.wording.messages import messages_of

say = messages_of(__file__)
