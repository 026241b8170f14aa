"""LeadSquared tasks: listed or read by id, deleted in bulk."""
