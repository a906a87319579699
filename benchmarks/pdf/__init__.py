"""CPU and memory of one PDF beside the usual ways of making one."""
