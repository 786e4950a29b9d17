# R4, after the transfer of a backup, or a failed attempt: ends the job that sends or receives on this host, and deletes
# its pieces.
#
#   replica-drop TOPLEVEL SPOOL
mount_toplevel "$1"
spool=$1/$2
if [[ -e $spool/unit ]]; then systemctl stop -- "$(<"$spool/unit")" 2>/dev/null || true; fi
rm -rf -- "$spool"
