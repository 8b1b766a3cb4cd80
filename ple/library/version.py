"""Of which version the tables are. Imports nothing: whoever only wants to know that pays nothing."""

HEAD = "0002"
APPLICATION_ID = 0x706C6531  # "ple1", so that `file` and we know whose file it is
