"""The audit log: one file a run, one canonical JSON object a line, each bound to the one before."""
