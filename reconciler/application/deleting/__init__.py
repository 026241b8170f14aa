"""Deleting in one account: canaries first, then batches side by side, each proven by reading."""
