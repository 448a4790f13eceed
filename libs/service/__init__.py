"""What every service needs at its edge: settings, sign-in, problems, limits, telemetry and the app they are put together in."""
