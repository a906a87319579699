"""Images and compose, tried for real: an engine, base images made here, and one report."""
