"""LeadSquared's tasks API."""
