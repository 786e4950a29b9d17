# R8 between semesters. By hand: wall "this server reboots soon"
# Tells everybody on a terminal of this host. Arguments: TEXT
printf '%s\n' "$1" | LC_ALL=C.UTF-8 wall
