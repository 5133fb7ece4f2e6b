"""The dialogs that open over a screen and give back an answer."""
