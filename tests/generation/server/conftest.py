"""The command line, for tests of what goes through a server."""

from tests.app.conftest import collins, nasa, run

__all__ = ["collins", "nasa", "run"]
