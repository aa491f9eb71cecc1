"""Data sets from referring-expression sets: their photos and boxes, and what a chat model writes."""
