# R8, on the leader: lists configuration that pacman left to merge, and packages in no repository (never updated).
# By hand: pacdiff --output; pacman -Qm. Prints "merge PATH" and "foreign NAME VERSION" lines.
find / -xdev -type f \( -name '*.pacnew' -o -name '*.pacsave' \) -printf 'merge %p\n'
pacman -Qm | sed 's/^/foreign /' || true
