"""Inspecting: what doctor, explain and find look at."""
