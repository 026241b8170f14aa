"""Makes declared LeadSquared tasks and Talkdesk records absent."""

__version__ = "0.1.0"
