"""Photo to matches: the nearest references, and whether they are near enough to name anybody."""
