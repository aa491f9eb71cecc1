"""Figures for names and answers, measured through the functions that the product itself runs."""
