"""The database: engine, base of all tables, migrations."""
