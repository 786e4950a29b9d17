# R8: from which image …/root was made, whether or not it runs yet. Argument: TOPLEVEL
mount_toplevel "$1"
cat "$1/root/etc/semester-image" 2>/dev/null || echo 'image='
