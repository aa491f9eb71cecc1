"""Photo to regions with embeddings: no names, no database."""
