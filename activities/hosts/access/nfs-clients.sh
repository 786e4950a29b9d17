# On the storage host. By hand: grep address /proc/fs/nfsd/clients/*/info; ss -tn state established '( sport = :2049 )'
# Prints the current clients of this host's NFS server, without this machine's own addresses, one per line:
# `ADDRESS` for a client in the kernel's list, which has versions 4.x only, or `ADDRESS connection` for one that only has a
# TCP connection: version 3, or a machine that lost its power a short while ago. Version 3 over UDP does not show.
# Changes nothing.
shopt -s nullglob
# `A peer B/32`: B is the other machine.
own=$(ip -brief address | awk '{ for (i = 3; i <= NF; i++) { if ($i == "peer") { i++; continue } sub(/\/.*/, "", $i); printf "%s ", $i } }')
address() { sed -E 's/:[0-9]+$//; s/^\[(.*)\]$/\1/; s/^::ffff://; s/%.*//'; }
{
  for info in /proc/fs/nfsd/clients/*/info; do
    # The kernel keeps a client that has gone for a while as a courtesy.
    # A client may go while it is read.
    text=$(cat -- "$info") || { [[ ! -e $info ]] || exit 1; continue; }
    grep -q '^status: courtesy' <<<"$text" || sed -n 's/^address: "\(.*\)"$/\1/p' <<<"$text"
  done | address
  ss --no-header --tcp --numeric state established '( sport = :2049 )' | awk '{ print $NF }' | address | sed 's/$/ connection/'
} | awk -v own="$own" 'BEGIN { split(own, all); for (i in all) seen[all[i]] = 1 } !seen[$1]++' | sort
