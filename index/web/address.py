"""Addresses that may be fetched, and the one spelling of each.

A name is looked up once and every number it has is checked; the connection is then made to a
checked number (`index.web.request`), so that no second look-up can lead elsewhere. Where a proxy
looks names up, only numbers and local names can be checked here. The ways of
writing a number (decimal, octal, hexadecimal, short, mapped into IPv6) need no list of their own:
the system's look-up turns each into the number that is checked.

Sources: IANA's registries of special-purpose addresses, as Python's `ipaddress` has them, and
https://www.iana.org/assignments/ipv6-address-space (only 2000::/3 is allocated); RFC 6052 (IPv4
numbers inside 64:ff9b::/96); RFC 7526 (6to4 is withdrawn); RFC 9637 (3fff::/20).
"""

import re
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

import httpx

from index.text.urls import site_of, without_tracking
from index.web.config import EVERY_NETWORK, Network
from index.web.problems import Failure, Problem

MAX_CHARS = 2_048  # as in sitemaps (sitemaps.org); longer ones are traps

_PORTS = {"http": 80, "https": 443}
_CONTROLS = re.compile(r"[\x00-\x20\x7f]")
# Names and numbers as they are looked up; a zone (fe80::1%eth0) is of no public number.
_HOST = re.compile(r"[\w.:-]+", re.ASCII)
_UNICAST = IPv6Network("2000::/3")
_TRANSLATED = IPv6Network("64:ff9b::/96")
_NOT_PUBLIC = (IPv6Network("2002::/16"), IPv6Network("3fff::/20"))
_BYTES_OF_IPV4 = 4
# RFC 6761, RFC 6762, RFC 8375 (home.arpa), and ICANN's for private use.
_LOCAL = frozenset({"localhost", "local", "arpa", "internal"})
_LAST_PORT = 65_535


@dataclass(frozen=True, slots=True)
class Address:
    """A web address in its one spelling, without fragment, user name or password."""

    url: httpx.URL

    def __str__(self) -> str:
        """Return the whole address; it may hold secrets, see `shown`."""
        return str(self.url)

    @property
    def host(self) -> str:
        """The host's name as it is looked up, in ASCII."""
        return self.url.raw_host.decode("ascii")

    @property
    def port(self) -> int:
        """The port, the scheme's own where none is written."""
        return self.url.port or _PORTS[self.url.scheme]

    @property
    def origin(self) -> str:
        """Scheme, host and port: what a robots.txt holds for."""
        return f"{self.url.scheme}://{self.url.netloc.decode('ascii')}"

    @property
    def robots(self) -> "Address":
        """The address of the robots.txt that holds for this one."""
        return Address(httpx.URL(f"{self.origin}/robots.txt"))


def read_address(text: str, base: Address | None = None) -> Address | Failure:
    """Read an address, one relative to `base` if given.

    Returns:
        A failure for what is no http or https address, too long, or holds a password.
    """
    trimmed = text.strip()
    if not trimmed or len(trimmed) > MAX_CHARS or (base is None and _CONTROLS.search(trimmed)):
        return Failure(Problem.BAD_ADDRESS)
    try:
        url = base.url.join(trimmed) if base else httpx.URL(trimmed)
        host = url.raw_host.decode("ascii")
        host.encode("idna")
    except (httpx.InvalidURL, ValueError):  # ValueError: no host name, e.g. a label too long
        return Failure(Problem.BAD_ADDRESS)
    is_port = url.port is None or 0 < url.port <= _LAST_PORT
    if url.scheme not in _PORTS or not _HOST.fullmatch(host) or not is_port:
        return Failure(Problem.BAD_ADDRESS)
    if url.userinfo:
        return Failure(Problem.PASSWORD)
    return Address(url.copy_with(fragment=None))


def looked_up(address: Address, private_networks: Iterable[Network]) -> tuple[str, ...] | Failure:
    """Look a host up and check every number it has.

    Returns:
        The numbers in the order to try them, or a failure if any of them may not be asked: a
        host that is partly private is a trap.
    """
    try:
        records = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        return Failure(Problem.UNKNOWN_HOST, getattr(error, "strerror", None) or "")
    numbers = tuple(dict.fromkeys(str(target[0]) for *_, target in records))
    networks = tuple(private_networks)
    for number in numbers:
        if (failure := _refusal(number, address.port, networks)) is not None:
            return failure
    return numbers


def refusal_through_proxy(address: Address, private_networks: Iterable[Network]) -> Failure | None:
    """Return why a proxy, which looks names up itself, may not be sent to an address, if so.

    A number is checked as in `looked_up`. Of names only those without a dot and those of local
    networks are known to be private; the others are the proxy's to refuse.
    """
    networks = tuple(private_networks)
    host = address.host.rstrip(".").lower()
    try:
        records = socket.getaddrinfo(
            host, address.port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST
        )
    except OSError:  # a name
        if set(EVERY_NETWORK) <= set(networks):
            return None
        if "." not in host or host.rpartition(".")[2] in _LOCAL:
            return Failure(Problem.PRIVATE)
        return _refused_port(address.port)
    return _refusal(str(records[0][4][0]), address.port, networks)


def _refusal(number: str, port: int, networks: tuple[Network, ...]) -> Failure | None:
    """Return why a number may not be asked on a port, if so."""
    ip = ip_address(number)
    if isinstance(ip, IPv6Address):  # the IPv4 number it stands for, or it without its zone
        ip = ip.ipv4_mapped or IPv6Address(int(ip))
        if ip in _TRANSLATED:
            ip = IPv4Address(ip.packed[-_BYTES_OF_IPV4:])
    if any(ip in network for network in networks):
        return None
    is_usual = ip.is_global and not ip.is_multicast and not ip.is_reserved
    is_allocated = isinstance(ip, IPv4Address) or (
        ip in _UNICAST and not any(ip in network for network in _NOT_PUBLIC)
    )
    if not (is_usual and is_allocated):
        return Failure(Problem.PRIVATE)
    return _refused_port(port)


def _refused_port(port: int) -> Failure | None:
    """Return why a port of the public internet may not be asked, if so."""
    return None if port in _PORTS.values() else Failure(Problem.PORT, str(port))


def canonical(address: Address) -> Address:
    """Leave out tracking parameters and an empty query; the rest is asked for as it is written."""
    query = without_tracking(address.url.query.decode("ascii"))
    return Address(address.url.copy_with(query=query.encode() or None))


def own_address(stated: str, fetched: Address) -> Address:
    """Return the address that a page states as its own, if it may speak for that one.

    A page speaks for its own site only, so that no page can take the place of another's.
    """
    own = read_address(stated, fetched) if stated else fetched
    if isinstance(own, Failure) or site_of(own.host) != site_of(fetched.host):
        return canonical(fetched)
    return canonical(own)


def shown(text: str) -> str:
    """Write an address without what may be secret: user, password, query and fragment."""
    try:
        url = httpx.URL(text.strip())
    except (httpx.InvalidURL, ValueError):
        return "?"
    if not url.host:
        return "?"
    query = "?..." if url.query else ""
    return f"{url.scheme}://{url.netloc.decode('ascii', 'replace')}{url.path}{query}"
