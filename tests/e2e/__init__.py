"""All five services as processes: what a client sees."""
