"""Writes the contract as HTML pages: chapters, public headers, glossary and workloads, with links and a search.

``contents.py`` reads everything once. ``links.py`` knows every place to which a page can link. Each other file makes
one part of the pages, and ``site.py`` writes the files.
"""
