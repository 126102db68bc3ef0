"""What the shop knows of one person: given to her, or taken away. Flow: every domain that keeps an address is asked."""
