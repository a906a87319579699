"""The mailer: from artifacts to recipients, with a ledger of every attempt."""

SERVICE = "mailer"
"""Its name in events, timelines and logs."""
