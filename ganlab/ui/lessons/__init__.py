"""The path of lessons: one idea each, a run that shows it, a task, and a question that the run answers."""
