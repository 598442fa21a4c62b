"""The rule book: routing rules and duty list as administrators edit, test and try them on open tickets."""
