"""Scene types and resolution tiers: how frequent and how dear each is."""

from __future__ import annotations

from typing import NamedTuple

from deploy.demo.window import MINUTE


class SceneType(NamedTuple):
    """`job`: mean computing time in milliseconds on the slowest GPU; the rest is relative."""

    name: str
    share: float
    job: int
    failures: float
    turnaround: float


class Tier(NamedTuple):
    """A resolution; everything but the name is relative."""

    name: str
    share: float
    job: float
    failures: float
    turnaround: float


SCENE_TYPES = (
    SceneType("dialogue", 0.34, 21 * MINUTE, 1.15, 1.0),
    SceneType("action", 0.22, 46 * MINUTE, 1.25, 1.3),
    SceneType("close_up", 0.20, 14 * MINUTE, 0.8, 0.8),
    SceneType("establishing", 0.14, 30 * MINUTE, 0.6, 0.9),
    SceneType("crowd", 0.10, 72 * MINUTE, 1.5, 1.6),
)
TIERS = (
    Tier("preview", 0.25, 0.5, 0.7, 0.7),
    Tier("hd", 0.5, 1.0, 1.0, 1.0),
    Tier("uhd", 0.25, 2.3, 1.3, 1.35),
)


class Profile(NamedTuple):
    """What a scene is like: its type and its tier."""

    scene_type: SceneType
    tier: Tier


PROFILES = tuple(Profile(scene_type, tier) for scene_type in SCENE_TYPES for tier in TIERS)
PROFILE_SHARES = tuple(kind.share * tier.share for kind, tier in PROFILES)
