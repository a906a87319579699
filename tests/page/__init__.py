"""The web page in a real browser, over the five services."""
