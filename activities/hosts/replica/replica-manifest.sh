# R4: reads or writes the manifest of a backup's nested subvolumes. By hand: cat NAME.nested/manifest
#
#   replica-manifest TOPLEVEL BACKUPS NAME get|put < the manifest as base64, with `put`
#
# Prints it as base64.
mount_toplevel "$1"
file=$1/$2/$3.nested/manifest
if [[ $4 == put ]]; then
  base64 -d >"$file.new"
  sync -- "$file.new"
  mv -- "$file.new" "$file"
fi
base64 -w 0 -- "$file"
