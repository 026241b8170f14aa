"""JUnit XML: what CI systems show as tests."""
