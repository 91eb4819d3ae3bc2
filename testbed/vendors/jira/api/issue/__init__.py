"""Issues and what hangs on them: transitions, worklogs, comments, links; and the search."""
