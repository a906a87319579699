"""`python -m services.mailer`: settings come from the environment."""

from services.mailer.app import create_service
from services.mailer.settings import MailerSettings
from shared.service import serve

settings = MailerSettings()
serve(create_service(settings).app(), settings)
