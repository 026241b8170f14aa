"""Forges: where pull and merge requests are, and what is written there (GitHub, GitLab)."""
