"""The demo source: a made-up production studio's database, in its own schema.

`generate` makes its rows, `load` replaces what the schema holds, `ensure_demo_source` makes
the schema and its read-only role. What each column means: docs/sources/studio.md.
"""

from deploy.demo.generate import generate, generate_tables
from deploy.demo.load import Loaded, load
from deploy.demo.source import ensure_demo_source, ensure_demo_source_async

__all__ = [
    "Loaded",
    "ensure_demo_source",
    "ensure_demo_source_async",
    "generate",
    "generate_tables",
    "load",
]
