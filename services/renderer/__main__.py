"""`python -m services.renderer`: settings come from the environment."""

from services.renderer.app import create_service
from services.renderer.settings import RendererSettings
from shared.service import run

run(RendererSettings, lambda settings: create_service(settings).app())
