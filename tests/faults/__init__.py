"""What Headway must survive: kills, outages, floods and poison, on real processes and real servers; each test prints its figures."""
