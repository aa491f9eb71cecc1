"""People using Placard: settings, wiring, the command line."""
