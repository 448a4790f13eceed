"""Other GraphQL servers, which serve the executive's answer from memory: installed by `make peers`, run by `bench.answers`."""
