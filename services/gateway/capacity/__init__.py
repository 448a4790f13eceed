"""What one caller may take, so that all are answered: rate limits, time slices, open connections, caches, and what is computed ahead."""
