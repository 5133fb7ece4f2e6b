"""What the app knows and decides, without a terminal: nothing here imports Textual."""
