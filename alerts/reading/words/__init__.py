"""What shops write, word by word and sign by sign, and what each means."""
