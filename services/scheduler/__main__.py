"""`python -m services.scheduler`: settings come from the environment."""

from services.scheduler.app import create_service
from services.scheduler.settings import SchedulerSettings
from shared.service import serve

settings = SchedulerSettings()
serve(create_service(settings).app(), settings)
