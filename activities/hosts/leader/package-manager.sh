# R8, on the leader: whether somebody's pacman still runs; not one in a user's container. By hand: pgrep -u 0 -a pacman
# Prints "busy" or "idle".
if pgrep -x -u 0 pacman >/dev/null; then echo busy; else echo idle; fi
