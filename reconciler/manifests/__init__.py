"""Manifests: a folder of YAML in, `Declarations` or every problem at once out."""
