"""What each command does: open what it needs, call the library, reply."""
