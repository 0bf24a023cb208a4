"""Settings of web requests, each default with its reason."""

from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Final, TypeAlias

from pydantic import SecretStr

from index.sources.rejects import MAX_BYTES

Network: TypeAlias = IPv4Network | IPv6Network

EVERY_NETWORK: Final[tuple[Network, ...]] = (ip_network("0.0.0.0/0"), ip_network("::/0"))


@dataclass(frozen=True, slots=True, kw_only=True)
class WebConfig:
    """Settings of one request, and of what may be asked for.

    Attributes:
        user_agent: Sent with every request; its first word is what robots.txt calls us.
        timeout_s: Most time of one request, from looking up the name to the last byte.
        max_bytes: Most bytes of one body, as sent and as unpacked; no reader takes more.
        delay_s: Least time between two requests to one host; a robots.txt may ask for more.
        max_redirects: RFC 9309 asks for at least 5 hops for robots.txt; more are a mistake.
        private_networks: Networks that may be asked though they are not part of the public
            internet, on any port.
        proxy: As in `index.proxy`, but None too asks directly: the environment is not read.
    """

    user_agent: str = "pasokh"
    timeout_s: float = 30.0
    max_bytes: int = MAX_BYTES
    delay_s: float = 2.0
    max_redirects: int = 5
    private_networks: tuple[Network, ...] = ()
    proxy: SecretStr | None = None
