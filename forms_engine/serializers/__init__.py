"""Shapes of the API: `strict` is what input is made of, `grid` the filling page, `collecting` the departments' side."""
