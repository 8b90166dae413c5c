"""What every room stands on: who may do what, refusals, settings, keys, files, days and notices."""
