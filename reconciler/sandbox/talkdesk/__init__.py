"""Talkdesk's record lists API."""
