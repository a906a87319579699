"""`python -m services.api`: settings come from the environment."""

from services.api.app import create_app
from services.api.settings import ApiSettings
from shared.service import run

run(ApiSettings, create_app)
