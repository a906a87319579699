"""`python -m services.aggregator`: settings come from the environment."""

from services.aggregator.app import create_service
from services.aggregator.settings import AggregatorSettings
from shared.service import run

run(AggregatorSettings, lambda settings: create_service(settings).app())
