"""The renderer: from a run's snapshot to one file per format."""
