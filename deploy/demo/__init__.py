"""The demo source: a production studio's database, made up and always the same."""

from deploy.demo.load import ensure_demo_source, load

__all__ = ["ensure_demo_source", "load"]
