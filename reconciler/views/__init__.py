"""Views: from values to text; no input, no output."""
