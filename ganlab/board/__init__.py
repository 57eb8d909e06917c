"""The class board: classes, their students and their pins in a database, without a word of the screens."""
