"""What an operation is answered with: of whom and of what it is, and as which bytes it is kept and sent."""
