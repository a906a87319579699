"""The metadata store: its tables, its migrations and the one way to open a transaction."""
