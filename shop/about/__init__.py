"""The pages about the shop itself: returns, privacy, accessibility, contact, and what its words can and cannot tell."""
