"""The workbook of a report; imported by the child process alone."""
