"""What is answered about a photo: benches, scores, and what they were asked with."""
