"""The wall as the database holds it: attacks on row-level security, and proof that each part of a policy is needed."""
