"""The API, version 1, by the work it serves: `grid` for the filling page, `reports` for villages' systems, `forms`,
`answers` and `exports` for departments' systems. Browsers come by session, machines by token; the wall is one."""
