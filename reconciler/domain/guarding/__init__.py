"""What may be deleted, how much of it, and when: policies, guards and what lifts them."""
