# Under which addresses this host is seen by others, one a line. By hand: ip address
ip -brief address | awk '$1 != "lo" { for (i = 3; i <= NF; i++) { sub(/\/.*/, "", $i); print $i } }'
