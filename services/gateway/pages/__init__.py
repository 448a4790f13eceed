"""What people open in a browser: pages made on the server, each from one named document of `services/gateway/queries`."""
