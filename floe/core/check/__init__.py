"""What is wrong or doubtful in a policy, without asking any registry."""
