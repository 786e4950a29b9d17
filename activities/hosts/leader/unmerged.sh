# R8, on the leader: configuration that pacman left for a person to merge, and packages that no repository has (never updated).
# By hand: pacdiff --output; pacman -Qm. Prints "merge PATH" and "foreign NAME VERSION" lines.
find / -xdev -type f \( -name '*.pacnew' -o -name '*.pacsave' \) -printf 'merge %p\n'
pacman -Qm | sed 's/^/foreign /' || true
