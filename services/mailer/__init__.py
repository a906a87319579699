"""The mailer: from artifacts to recipients, with a ledger of every attempt."""
