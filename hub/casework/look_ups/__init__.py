"""Looking up in the camera registry for a case: who may have seen something, as far as each owner allowed."""
