"""The shapes of manifests, as pydantic models; nothing outside this package knows pydantic."""
