"""What is made of a text that has errors; loaded where there is one."""
