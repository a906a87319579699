"""Saved reports and when they run: what requests may say of them, and what the store keeps."""
