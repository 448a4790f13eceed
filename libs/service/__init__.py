"""The HTTP edge that all services share: settings, sign-in, problem details, limits, telemetry, and the app."""
