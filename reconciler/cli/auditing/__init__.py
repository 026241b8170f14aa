"""Auditing: what the commands of audit read, check and hand out."""
