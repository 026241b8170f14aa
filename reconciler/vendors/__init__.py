"""The two vendors' APIs: how they are called, and what their answers mean."""
