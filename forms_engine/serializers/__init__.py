"""Shapes of the API: `grid` the filling page, `collecting` the departments' side."""
