# R4, around a backup's way to the replica: ends what receives or sends on this host, and removes what lies ready of it.
#
#   replica-drop TOPLEVEL SPOOL
mount_toplevel "$1"
spool=$1/$2
if [[ -e $spool/unit ]]; then systemctl stop -- "$(<"$spool/unit")" 2>/dev/null || true; fi
rm -rf -- "$spool"
