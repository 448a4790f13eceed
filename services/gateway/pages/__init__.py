"""Web pages rendered on the server, each from one named GraphQL document in its folder."""
