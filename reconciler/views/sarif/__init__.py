"""SARIF 2.1.0: what code scanning services and editors show beside the lines of manifests."""
