"""What to copy, what to encode, and where each lies in the clip. Pure: facts in, plan out."""
