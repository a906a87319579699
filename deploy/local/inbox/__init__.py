"""A mailbox for one machine: takes every mail, sends none on, shows it in the browser."""
