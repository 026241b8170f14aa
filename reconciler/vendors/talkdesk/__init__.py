"""Talkdesk record lists: read by id or as a whole, deleted a hundred at a time."""
