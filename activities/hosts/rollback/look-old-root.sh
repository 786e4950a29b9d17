# Needs roots.sh.
# R8: the root to which this host would roll back. Arguments: TOPLEVEL JOBS. Prints key=value lines.
use_roots "$1" "$2"
is_subvolume "$old" || exit 0
echo there=yes
if is_ours; then echo ours=yes; fi
grep -s '^image=' "$old/etc/semester-image" || true
