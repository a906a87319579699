"""What a report covers: period and its progress, grain, filters, and what it is broken down by."""
