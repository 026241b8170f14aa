"""Findings: what somebody may have to look at, for forms that show single ones."""
