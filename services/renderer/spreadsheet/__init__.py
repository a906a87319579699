"""The workbook of a report; imported where one is made, since its libraries are large."""
