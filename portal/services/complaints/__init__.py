"""What reporters, the discipline office and departments do with complaints."""
