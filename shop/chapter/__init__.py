"""The free chapter as a book: one source, content/chapter/chapter.md, for the web page and for the PDF."""
