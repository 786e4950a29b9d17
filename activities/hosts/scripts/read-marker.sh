# R8: from which image a root was made, whether or not it runs yet. Arguments: TOPLEVEL ROOT. Prints key=value lines.
mount_toplevel "$1"
echo "read_only=$(btrfs property get -ts "$1/$2" ro 2>/dev/null | sed 's/^ro=//')"
cat "$1/$2/etc/semester-image" 2>/dev/null || echo 'image='
