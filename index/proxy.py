"""Proxies between a client of httpx and the server it asks."""

from typing import Any, Final

from pydantic import SecretStr

DIRECT: Final = "none"
"""Stands in the place of a proxy's address for none at all, whatever the environment says."""


def client_options(proxy: SecretStr | None) -> dict[str, Any]:
    """Return the options of a client of httpx, or of httpx2, that asks through a proxy.

    Args:
        proxy: Its address: http://, https:// or socks5://, user name and password in it; `DIRECT`
            for none; None for what HTTPS_PROXY, NO_PROXY and the like say.
    """
    match proxy and proxy.get_secret_value():
        case None:
            return {}
        case "none":
            return {"mounts": {"http://": None, "https://": None}}
        case address:
            return {"proxy": address}
