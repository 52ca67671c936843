"""``python -m coterie.core.cli``."""

from coterie.core.cli import main

if __name__ == "__main__":
    main()
