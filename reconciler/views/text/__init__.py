"""Views for people at a terminal: styled lines."""
