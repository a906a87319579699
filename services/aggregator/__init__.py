"""The aggregator: queries a source once and writes the run's snapshot."""
