"""`python -m app` is `placard`."""

from app.cli import main

main()
