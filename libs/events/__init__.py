"""Events and what is made of them: declarations, histories, facts and worlds, and the ports that adapters implement."""
