"""Commands `web` and `web key`: pages and API over the archive."""

from types import ModuleType

from bot.setting_types import keys_of
from bot.settings import PREFIX, SettingsError
from bot.terminal.context import ExitCode, Surface
from bot.terminal.progress import progress_on
from bot.terminal.screen import Kind, Line
from bot.texts.direction import safe
from bot.texts.language import say
from bot.texts.web import WebText
from bot.web.keys import hash_of, new_key
from index.errors import how_to_install


def web_server() -> ModuleType:
    """Return the module that serves pages; loaded here, since it is of an extra and half a second.

    Raises:
        SettingsError: If a package of the extra is missing.
    """
    try:
        from bot.web import server
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("bot"):
            raise
        msg = f"The package {error.name!r} is not installed; {how_to_install('web')}"
        raise SettingsError(msg) from error
    return server


def web(surface: Surface) -> ExitCode:
    """Serve pages and API until a signal says to stop.

    Raises:
        SettingsError: If a package of the extra is missing or the address cannot be used.
    """
    server = web_server()
    with server.listen(surface.settings) as listening:  # before what takes long
        with progress_on(surface.stderr, surface.language) as progress:
            service = surface.backend.open_web(surface.settings, progress=progress)
        address = server.address_of(listening)
        surface.stderr.write(f"{safe(say(WebText.SERVING, surface.language, address=address))}\n")
        surface.stderr.flush()
        server.serve(service, listening)
    return ExitCode.OK


def new_web_key(surface: Surface, name: str) -> ExitCode:
    """Print a new key and the line of the settings that lets it in.

    Raises:
        SettingsError: If the name cannot be used or has a key.
    """
    key, kept = new_key(), surface.settings.api_keys
    listed = ",".join(filter(None, (kept, f"{name}:{hash_of(key)}")))
    try:
        keys_of(listed)
    except ValueError:
        msg = (
            f"Expected a name of 1 to 64 letters, digits, dots, _ or - that has no key yet, "
            f"got {name!r}; choose another."
        )
        raise SettingsError(msg) from None
    surface.write(
        Line(Kind.NOTICE, say(WebText.KEY_MADE, surface.language, name=name, key=key)),
        Line(Kind.NOTICE, say(WebText.KEY_LINE, surface.language)),
        Line(Kind.BODY, f"{PREFIX}API_KEYS={listed}", rtl=False),
    )
    return ExitCode.OK
