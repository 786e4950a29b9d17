# Prints the acts of this host's journal after an epoch, and changes nothing: read-acts TOPLEVEL FOLDER EPOCH
mount_toplevel "$1"
journal=$1/$2/acts
[[ -e $journal ]] || exit 0
awk -v after="$3" '$1 + 0 > after + 0' "$journal"
