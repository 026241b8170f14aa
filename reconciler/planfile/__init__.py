"""The plan file: a plan written as JSON lines, and read back as an approval."""
