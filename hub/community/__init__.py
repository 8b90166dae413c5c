"""The community house: residents' accounts and the cameras that they register, apart from the police house.

It has its own database, application, and hostname. It imports nothing of the police house; of it, the police house
imports :mod:`hub.community.police_view` alone (docs/adr/0104).
"""
