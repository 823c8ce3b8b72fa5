"""What departments and the desk do with systems: apply, decide, suspend, close."""
