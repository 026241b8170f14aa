"""What ``init`` writes: first manifests, and the files of GitHub and GitLab around them."""
