"""LeadSquared tasks: read by id, deleted in bulk."""
