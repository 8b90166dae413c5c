"""The history of the community house's database, apart from the police's."""
