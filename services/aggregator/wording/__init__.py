"""What reports say in words: numbers, days, comparisons, and the notes that most of them have."""
