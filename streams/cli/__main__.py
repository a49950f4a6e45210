"""`python -m streams.cli`: the command `weft` by the interpreter that runs it, wherever its script lies."""

from streams.cli import main

main()
