"""The command line `broadsheet`: one module per command."""
