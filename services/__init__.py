"""The five services. Each imports `shared` and itself, never another one."""
