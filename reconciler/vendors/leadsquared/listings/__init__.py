"""Listings of tasks: by owner, by lead, of the whole account, and what they prove."""
