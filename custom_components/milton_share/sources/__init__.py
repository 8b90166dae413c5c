"""Where footage comes from: one FootageSource each."""
