"""Search over what the shop has written: articles, goods, the chapter and the topics.

Words are cut, folded and stemmed here, once, so SQLite (FTS5) and PostgreSQL (tsvector) hold the same words and
find the same documents; one rule in rules.py ranks them.
"""
