"""The tests. `docs/testing.md` says what lies where and what each kind shows."""
