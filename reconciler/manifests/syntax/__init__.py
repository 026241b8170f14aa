"""The YAML that manifests are written in: raw values with their places, nothing guessed."""
