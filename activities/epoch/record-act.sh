# Appends an act to this host's journal: one line `EPOCH RUN JSON` for each, outside every root, for root alone. Prints
# epoch and run of the last act before it.
#
#   record-act TOPLEVEL FOLDER; standard input: the line
mount_toplevel "$1"
private_folder "$1/$2"
journal=$1/$2/acts
exec 9>>"$journal"
flock -w 20 9 || fail "another process has held $journal for more than 20 s: end it, then retry"
tail -n 20 -- "$journal" | grep -E '^[0-9]+ [0-9a-z-]+ [{].*[}]$' | tail -n 1 | cut -d ' ' -f 1,2 || true
# A line that a power cut tore must not swallow the next one.
[[ ! -s $journal || -z $(tail -c 1 -- "$journal") ]] || echo >&9
cat >&9
# Two semesters have fewer acts.
if (($(wc -l <"$journal") > 6000)); then
  tail -n 5000 -- "$journal" >"$journal.new"
  cat -- "$journal.new" >"$journal"
  rm -f -- "$journal.new"
fi
sync -- "$journal"
