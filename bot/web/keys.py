"""Keys of the API: made here, kept as hashes in the settings, compared in constant time.

A key is 256 random bits, so its SHA-256 is no way back to it and needs no salt.
"""

import hmac
import secrets
from collections.abc import Mapping
from hashlib import sha256
from typing import Final

from bot.session.access import PUBLIC, Caller
from bot.web.problems import Problem

_PREFIX: Final = "pasokh_"


def new_key() -> str:
    """Return a new random key."""
    return f"{_PREFIX}{secrets.token_urlsafe(32)}"


def hash_of(key: str) -> str:
    """Return what the settings keep of a key."""
    return sha256(key.encode("utf-8", "replace")).hexdigest()


def name_of(key: str, keys: Mapping[str, str]) -> str | None:
    """Return the name of a key, None for one that is not known.

    Args:
        keys: SHA-256 by name. All are compared, whichever fits, so that time tells nothing.
    """
    digest = hash_of(key)
    known = [name for name, kept in keys.items() if hmac.compare_digest(digest, kept)]
    return known[0] if known else None


def caller_of(authorization: str, keys: Mapping[str, str]) -> Caller:
    """Return who sends a header Authorization: a key, or the public where there are no keys.

    Args:
        keys: As for `name_of`.

    Raises:
        Problem: If there are keys and the header has none of them.
    """
    if not keys:
        return PUBLIC
    scheme, _, key = authorization.partition(" ")
    name = name_of(key.strip(), keys) if scheme.lower() == "bearer" else None
    if name is None:
        raise Problem(
            401,
            "the header Authorization: Bearer KEY with a key of PASOKH_API_KEYS",
            "another key" if authorization else "no such header",
            "make a key with pasokh web key NAME",
        )
    return Caller.key(name)
