"""Side files: longer lists beside a manifest, as text, CSV or JSON lines."""
