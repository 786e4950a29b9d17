# R8, on the leader: whether a package manager still runs; ignores containers of users. By hand: pgrep -u 0 -a pacman
# Prints it, or "idle".
holder=$(package_manager)
echo "${holder:-idle}"
