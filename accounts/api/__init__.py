"""What the API of every app shares: `base` for views and refusals, `strict` for what comes in."""
