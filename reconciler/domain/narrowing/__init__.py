"""What a command is narrowed to by --target and --exclude, before reading and after it."""
