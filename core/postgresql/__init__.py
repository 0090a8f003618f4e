"""Django's PostgreSQL backend (`ENGINE`), with a pool whose connections are checked before use."""
