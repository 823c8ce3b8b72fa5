"""`make load`: made-up workers on the whole portal, as it runs in production, with a million persons."""
