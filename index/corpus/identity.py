"""Identities of an article: two items of a corpus that share one are the same article.

An identity is the address, where it is that of a page and not of a whole site, or the outlet's own
number for the article. Texts of one identity may differ.
"""

import re
from urllib.parse import parse_qsl, unquote, urlsplit

from index.types import Article

# What campaigns, mails and social networks add to a link: the same page with or without it.
_TRACKING = re.compile(r"(utm_\w+|fbclid|gclid|mc_[ce]id|igshid)\Z", re.IGNORECASE)
_ALIAS = re.compile(r"(www|m|amp)\.(?=.*\.)")


def identities(article: Article) -> tuple[str, ...]:
    """Return the names an article is known by, none where it has neither address nor number."""
    names = []
    if address := _address(article.url):
        names.append(f"address {address}")
    if article.source and article.code:
        names.append(f"code {article.source.casefold()} {article.code}")
    return tuple(names)


def _address(url: str) -> str:
    """Return an address in one spelling; empty for none, a broken one and the front page of a site.

    The scheme, `www.`, the slash at the end, the fragment and tracking parameters make no
    difference, nor does the order of the other parameters.
    """
    try:
        parts = urlsplit(url.strip())
        host = _ALIAS.sub("", parts.hostname or "", count=1)
        port = f":{parts.port}" if parts.port not in {None, 80, 443} else ""
    except ValueError:
        return ""
    path = unquote(parts.path).rstrip("/")
    given = sorted(parse_qsl(parts.query, keep_blank_values=True))
    query = "&".join(f"{name}={value}" for name, value in given if not _TRACKING.match(name))
    if not host or not (path or query):
        return ""
    return f"{host}{port}{path}?{query}"
