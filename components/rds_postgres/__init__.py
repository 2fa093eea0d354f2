"""PostgreSQL on RDS, its logins and what makes them, its proxy."""
