"""Who and what we know: entities, references, embeddings and their history. The only truth on disk."""
