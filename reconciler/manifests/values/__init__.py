"""Readers of single values: what a field asks for, or an error that explains."""
