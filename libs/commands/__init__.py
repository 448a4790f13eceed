"""How commands are declared, authorised, decided and answered."""
