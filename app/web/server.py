"""Starting the web app: Streamlit's own server on our script."""

from __future__ import annotations

import os
import socket
import threading
import time
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from types import ModuleType

from pydantic import SecretStr

from app.settings import Settings
from app.web.expiring import keep_time
from gallery.gallery import Gallery
from vision.errors import UserError

SCRIPT = Path(__file__).parent / "entry" / "script.py"
# Of one photo; the largest of phones and cameras in JPEG or HEIC have some 30 MB.
MAX_UPLOAD_MB = 64
# Of an archive, and so of any upload; each is in memory while its page is open.
MAX_ARCHIVE_MB = 256
# How often to look whether the server answers yet.
_POLL_S = 0.1
# The names under which a page without a token may be reached; another name that leads here is an attack.
_LOCAL_NAMES = ["localhost", "127.0.0.1", "::1"]
# What the [auth] section has to say.
_SIGN_IN = ("redirect_uri", "cookie_secret", "client_id", "client_secret", "server_metadata_url")


def serve(settings: Settings, *, address: str, port: int, browser: bool) -> int:
    """Serve the web app until it is interrupted and return the exit code; port 0 takes any free one.

    Raise `UserError` for a port that cannot be had, for a gallery that cannot be opened, for an address that
    others reach while nothing keeps them out, and for a sign-in that cannot work.
    """
    bootstrap = _streamlit()
    port = _free_port(address, port)
    Gallery.open(settings.gallery_url).close()
    flags = _flags(address, port, headless=not browser)
    bootstrap.load_config_options(flags)  # before anything reads an option, else Streamlit warns of a change
    sign_in = check_sign_in()
    refuse_lists_without_sign_in(settings, sign_in=sign_in)
    guarded = bool(settings.web_token.get_secret_value()) or sign_in
    refuse_exposure(address, guarded=guarded)
    if guarded:
        flags["server.allowedHosts"] = []
        _set_option("server.allowedHosts", [])
    os.environ.update(as_environment(settings))
    access = access_in_words(settings, address, sign_in=sign_in)
    threading.Thread(target=_announce, args=(address, port, access), daemon=True).start()
    threading.Thread(target=keep_time, args=(settings.gallery_url,), daemon=True).start()
    bootstrap.run(str(SCRIPT), False, [], flags)
    return 0


def as_environment(settings: Settings) -> dict[str, str]:
    """The variables that give the same settings again, for the script that Streamlit runs."""
    prefix = settings.model_config["env_prefix"]
    values = {name: getattr(settings, name) for name in type(settings).model_fields}
    return {f"{prefix}{name}".upper(): _as_text(value) for name, value in values.items() if value is not None}


def refuse_exposure(address: str, *, guarded: bool) -> None:
    """Raise `UserError` for an address that other machines reach where neither token nor sign-in guards."""
    if not guarded and not _is_loopback(address):
        raise UserError(
            f"At address {address} anybody could look at the gallery and ask about photos; "
            f"set PLACARD_WEB_TOKEN, or keep to 127.0.0.1."
        )


def check_sign_in() -> bool:
    """Whether a sign-in is configured; raise `UserError` for one that nobody could use."""
    from streamlit.auth_util import get_secrets_auth_section, is_authlib_installed

    from app.web.roles import sign_in_is_configured

    if not sign_in_is_configured():
        return False
    missing = [name for name in _SIGN_IN if name not in get_secrets_auth_section()]
    if missing:
        raise UserError(f"The [auth] section of Streamlit's secrets.toml lacks {', '.join(missing)}.")
    if not is_authlib_installed():
        raise UserError("Signing in needs Authlib, which is not installed: pip install 'placard[web]'.")
    return True


def refuse_lists_without_sign_in(settings: Settings, *, sign_in: bool) -> None:
    """Raise `UserError` where editors or readers are named and nobody can sign in as one."""
    from streamlit.config import get_option

    lists = {"PLACARD_WEB_EDITORS": settings.web_editors, "PLACARD_WEB_READERS": settings.web_readers}
    named = [name for name, people in lists.items() if people]
    if named and not sign_in:
        places = " and ".join(get_option("secrets.files"))
        raise UserError(
            f"{' and '.join(named)} would count for nothing: no sign-in is configured. "
            f"An [auth] section is looked for in {places}."
        )


def access_in_words(settings: Settings, address: str, *, sign_in: bool) -> str:
    """Who reaches the app at an address, and who of them may change the gallery."""
    where = "From this machine only" if _is_loopback(address) else f"From wherever {address} is reached"
    if sign_in:
        editors = "those whom PLACARD_WEB_EDITORS names" if settings.web_editors else "nobody"
        return f"{where}, for who signs in; {editors} may change the gallery."
    if settings.web_token.get_secret_value():
        return f"{where}, for whoever knows the token; they may all change the gallery."
    return f"{where}, without a sign-in; whoever opens it may change the gallery."


def _is_loopback(address: str) -> bool:
    if address == "localhost":
        return True
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False  # a name: who knows where it points


def _as_text(value: object) -> str:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    return value.value if isinstance(value, StrEnum) else str(value)


def _streamlit() -> ModuleType:
    try:
        from streamlit.web import bootstrap
    except ModuleNotFoundError as error:
        if error.name != "streamlit":
            raise
        raise UserError(
            "The web app needs Streamlit: pip install -e '.[web]' in a clone of Placard."
        ) from error
    return bootstrap


def _set_option(name: str, value: object) -> None:
    from streamlit.config import set_option

    set_option(name, value)


def _free_port(address: str, port: int) -> int:
    """The port, or a free one for 0; Streamlit itself would only log that it cannot be had."""
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(address, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(place)
            return int(probe.getsockname()[1])
    except OSError as error:
        raise UserError(
            f"Port {port} of {address} cannot be used: {error.strerror}. Choose another one with --port."
        ) from error


def _announce(address: str, port: int, access: str) -> None:
    """Print the URL, and who may do what there, as soon as somebody answers."""
    while True:
        try:
            with socket.create_connection((address, port), timeout=1):
                break
        except OSError:
            time.sleep(_POLL_S)
    host = f"[{address}]" if ":" in address else address
    print(f"Placard is at http://{host}:{port} (Control-C ends it)\n{access}", flush=True)


def _flags(address: str, port: int, *, headless: bool) -> dict[str, object]:
    """Streamlit's options; they go before its configuration files and its environment variables."""
    return {
        "server.address": address,
        "server.port": port,
        "server.headless": headless,
        "server.fileWatcherType": "none",
        "server.maxUploadSize": MAX_ARCHIVE_MB,
        "server.enableXsrfProtection": True,
        "server.enableCORS": True,
        "server.enableStaticServing": False,
        "server.enableAgentApi": False,
        "server.allowedHosts": _LOCAL_NAMES if _is_loopback(address) else [],
        "browser.gatherUsageStats": False,
        "client.toolbarMode": "minimal",
        "client.showErrorDetails": "none",  # a traceback can hold names and paths
        "client.showErrorLinks": False,  # they lead to search engines, with the error's text
        "logger.level": "warning",
        "logger.hideWelcomeMessage": True,
        "runner.magicEnabled": False,
        "theme.light.primaryColor": "#1d6fa5",
        "theme.dark.primaryColor": "#5aaee0",
    }
