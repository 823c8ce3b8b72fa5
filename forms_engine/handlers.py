"""Background jobs of the forms engine; imported at start so that every worker knows them."""
