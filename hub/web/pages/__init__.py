"""Officers' pages: their templates, navigation, lists and refusals."""
