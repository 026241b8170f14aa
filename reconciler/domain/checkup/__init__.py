"""What `doctor` looks at, judged: the machine, the clock, and each account."""
