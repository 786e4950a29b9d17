# R8, on the leader: whether somebody's pacman still runs. By hand: pgrep -a pacman. Prints "busy" or "idle".
if pgrep -x pacman >/dev/null; then echo busy; else echo idle; fi
