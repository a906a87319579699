"""The stack on one machine: a private broker and database, the five services, a supervisor."""
