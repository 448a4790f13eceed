"""Days, months and clocks of places: arithmetic without a clock of its own."""
