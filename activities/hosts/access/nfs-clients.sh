# On the storage host. By hand: grep address /proc/fs/nfsd/clients/*/info; ss -tn state established '( sport = :2049 )'
# Prints the current clients of this host's NFS server, one address per line, without this machine's own. Changes
# nothing.
shopt -s nullglob
{
  for info in /proc/fs/nfsd/clients/*/info; do
    # The kernel keeps a client that has gone for a while as a courtesy.
    grep -q '^status: courtesy' "$info" || sed -n 's/^address: "\(.*\)"$/\1/p' "$info"
  done
  # NFS version 3 clients are not in the kernel's list; only their connections show.
  ss --no-header --tcp --numeric state established '( sport = :2049 )' | awk '{ print $NF }'
} | sed -E 's/:[0-9]+$//; s/^\[(.*)\]$/\1/; s/^::ffff://; s/%.*//' | sort -u |
  grep -vxF -f <(ip -brief address | awk '{ for (i = 3; i <= NF; i++) { sub(/\/.*/, "", $i); print $i } }') || true
