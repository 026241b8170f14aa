"""The commands, a module each: what it is asked, whom it calls, what it prints."""
