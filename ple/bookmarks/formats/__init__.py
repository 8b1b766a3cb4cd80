"""Files of bookmarks: one module a format, each pure: bytes to records, records to text.

A module of a format has ``NAME``, and ``recognises(data, name)`` and ``read(data)`` if it can be imported, ``write`` if
it can be exported. :mod:`~ple.bookmarks.formats.files` finds out which format a file is in.
"""
