"""A drawn world: scenes with exact truth, without a model or a network."""
