"""Values and pure decisions; standard library only, no input, no output."""
