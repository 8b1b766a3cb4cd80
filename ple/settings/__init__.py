"""What the learner set: where things are kept, how ple behaves, and the secrets, which are kept apart."""
