"""Everything that is kept, as a file; out of a store and into one."""
