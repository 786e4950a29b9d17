# R8 between semesters. By hand: wall "this server reboots soon"
# Writes TEXT to all terminals of this host. Arguments: TEXT
printf '%s\n' "$1" | LC_ALL=C.UTF-8 wall
