"""Both vendors' APIs on loopback, for practice and for tests, written from the vendors' papers."""
