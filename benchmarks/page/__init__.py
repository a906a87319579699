"""The web page in a real browser over the running stack: how soon it shows, answers and scrolls."""
