"""The command line: options, environment, terminal, and the one place that wires it together."""
