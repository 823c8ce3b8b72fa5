"""A department's system on Authlib's Django client: login and logout by a client that nobody here wrote."""
