# R8, on the leader: whether pacman still runs; ignores containers of users. By hand: pgrep -u 0 -a pacman
# Prints "busy" or "idle".
if pgrep -x -u 0 pacman >/dev/null; then echo busy; else echo idle; fi
