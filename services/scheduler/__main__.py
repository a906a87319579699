"""`python -m services.scheduler`: settings come from the environment."""

from services.scheduler.app import create_service
from services.scheduler.settings import SchedulerSettings
from shared.service import run

run(SchedulerSettings, lambda settings: create_service(settings).app())
