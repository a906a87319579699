"""The web page: its built files, who is signed in, and what of it is there on one machine alone."""
