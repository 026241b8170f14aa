"""What one tree of manifests declares, withdraws and loosens against another."""
