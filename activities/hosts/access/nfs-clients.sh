# On the storage host. By hand: grep address /proc/fs/nfsd/clients/*/info; ss -tn state established '( sport = :2049 )'
# Who uses its NFS server now, one address a line, without those on this machine itself. Changes nothing.
shopt -s nullglob
{
  for info in /proc/fs/nfsd/clients/*/info; do
    # A client that has gone is remembered for a while as a courtesy.
    grep -q '^status: courtesy' "$info" || sed -n 's/^address: "\(.*\)"$/\1/p' "$info"
  done
  # Version 3 leaves no trace in the kernel's list, only its connections.
  ss --no-header --tcp --numeric state established '( sport = :2049 )' | awk '{ print $NF }'
} | sed -E 's/:[0-9]+$//; s/^\[(.*)\]$/\1/; s/^::ffff://; s/%.*//' | sort -u |
  grep -vxF -f <(ip -brief address | awk '{ for (i = 3; i <= NF; i++) { sub(/\/.*/, "", $i); print $i } }') || true
