"""What holds when processes die, pause, or lose their broker, database, source or disk."""
