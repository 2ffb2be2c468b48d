"""The pieces that screens are made of. Each owns its keys, its help and its messages."""
