"""What comes in and is answered: who waits for onboarding, which opportunities touch a roadmap, and how far the redesign of a program is."""
