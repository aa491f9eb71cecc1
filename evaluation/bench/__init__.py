"""RC&P-Bench: its file format, running it over a generator, scoring, reports."""
