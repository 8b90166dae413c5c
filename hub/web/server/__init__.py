"""How the hub answers over HTTP: names, addresses, patience with slow clients."""
