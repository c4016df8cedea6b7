"""`python -m revlab` is the `revlab` command."""

from revlab.cli import main

if __name__ == "__main__":
    main()
