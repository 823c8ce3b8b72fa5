"""What is said of a department's system (信息系统): its functions, what none may do, how alike two are. Pure."""
