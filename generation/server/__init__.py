"""Answers by a chat model that runs elsewhere."""
