"""The routes of the pages, one module each; thin: read the request, build the view, render."""
