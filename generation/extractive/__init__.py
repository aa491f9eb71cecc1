"""The reader: answers without a model, by quoting the gallery."""
