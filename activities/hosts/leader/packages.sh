# R8: lists every package with its version, one "name version" per line.
LC_ALL=C pacman -Q
