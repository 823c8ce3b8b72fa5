"""Every write: one function for each thing a worker can do."""
