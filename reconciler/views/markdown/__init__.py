"""Markdown, as GitHub and GitLab show it: comments, summaries, and whoever asks for it."""
