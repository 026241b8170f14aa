"""The canonical layout of manifests: what `reconciler fmt` writes."""
