"""Systems of departments, as the tests meet them: real servers that nobody here wrote, on this machine."""
