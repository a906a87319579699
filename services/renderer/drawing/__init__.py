"""Drawing a ReportDocument on pages. Heavy to import: only the child process does."""
