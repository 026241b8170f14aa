"""Runs: what apply, resume and recheck are made of, from the wish to the outcome."""
