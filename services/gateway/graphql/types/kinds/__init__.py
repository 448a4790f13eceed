"""Types, lists and connections made from the declarations of kinds."""
