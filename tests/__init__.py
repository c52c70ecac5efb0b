"""Checks every call into armo against its annotations, array shapes included, while tests run."""

from beartype import BeartypeConf, beartype

# As PEP 484 has it, an int is welcome where a float is asked for.
typechecker = beartype(conf=BeartypeConf(is_pep484_tower=True))
