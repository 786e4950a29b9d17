# R8: every package with its version, one "name version" a line.
LC_ALL=C pacman -Q
