"""Building a bench of real people: facts, photos, questions."""
