"""Every read that a page, an export or the API needs, already scoped to the actor."""
