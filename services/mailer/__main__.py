"""`python -m services.mailer`: settings come from the environment."""

from services.mailer.app import create_service
from services.mailer.settings import MailerSettings
from shared.service import run

run(MailerSettings, lambda settings: create_service(settings).app())
