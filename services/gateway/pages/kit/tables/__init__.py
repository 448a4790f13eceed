"""Tables of pages, and of the CSV files beside them."""
