"""The api in this process, over a real store."""
