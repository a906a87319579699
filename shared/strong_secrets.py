"""Which texts are strong enough to sign with."""

from __future__ import annotations

from itertools import pairwise

MIN_SECRET_BYTES = 32
"""RFC 7518 section 3.2: a key of HMAC with SHA-256 has at least the hash's 256 bits."""


def ensure_strong_secret(variable: str, secret: str) -> None:
    """ValueError, which says how to make a good one, for a secret that could be guessed."""
    if len(secret.encode()) < MIN_SECRET_BYTES or _is_patterned(secret):
        raise ValueError(
            f"{variable} is too weak: signing needs {MIN_SECRET_BYTES} random bytes "
            'or more, for instance from `python -c "import secrets; '
            'print(secrets.token_urlsafe(48))"`'
        )


def _is_patterned(secret: str) -> bool:
    """Whether much of the text repeats what stands before it, or counts up or down.

    Of random texts, also of digits alone, nearly all pieces of four characters are new and about
    one step in ten counts up.
    """
    pieces = [secret[index : index + 4] for index in range(len(secret) - 3)]
    steps = [ord(second) - ord(first) for first, second in pairwise(secret)]
    counting = max(steps.count(1), steps.count(-1))
    return len(set(pieces)) < 0.75 * len(pieces) or counting > 0.5 * len(steps)
