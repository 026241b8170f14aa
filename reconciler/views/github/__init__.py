"""Output for the log of a GitHub job: annotations, groups, and the summary of a step."""
