"""Use cases: what the commands do, told in ports and domain values."""
