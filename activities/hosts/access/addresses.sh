# Prints the addresses of this host that other hosts see, one per line. By hand: ip address
ip -brief address | awk '$1 != "lo" { for (i = 3; i <= NF; i++) { sub(/\/.*/, "", $i); print $i } }'
