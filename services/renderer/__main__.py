"""`python -m services.renderer`: settings come from the environment."""

from services.renderer.app import create_service
from services.renderer.settings import RendererSettings
from shared.service import serve

settings = RendererSettings()
serve(create_service(settings).app(), settings)
