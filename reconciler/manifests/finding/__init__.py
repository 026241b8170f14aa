"""Conditions and requests from a command line, and the manifest that they become."""
