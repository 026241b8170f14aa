"""Planning: what plan and its kin read, hold against a base, and are narrowed to."""
