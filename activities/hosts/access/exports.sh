# On the storage host. By hand: take asahi(…) out of the line of /csehome in /etc/exports; exportfs -ra; exportfs -s
# Stops or restarts the export of the homes to one host, and prints to which clients they are exported.
#
#   exports look|stop|start DIR FILE RELOAD LIST HOST NAME…
#
# NAMEs are the names that the host may have in FILE. `stop` moves the host's entry into a comment; `start` restores it.
# RELOAD and LIST are the site's commands (exportfs -ra, exportfs -s). The result is what LIST prints, not FILE.
# Prints `changed=yes|no`, `exported=CLIENT` for every client of DIR in LIST, and `to=CLIENT` for clients that are the
# host or may include it.
mode=$1 dir=$2 file=$3 reload=$4 list=$5 host=$6
shift 5

edited() { # prints FILE without, or with, the host
  awk -v mode="$mode" -v dir="$dir" -v host="$host" -v names=" $* " '
    BEGIN { mark = "# gpu-semester excluded " host ":"; empty = "# gpu-semester: " dir " is exported to no host" }
    mode == "start" && index($0, mark) == 1 { held = held " " substr($0, length(mark) + 2); next }
    { lines[++n] = $0 }
    END {
      for (i = 1; i <= n; i++) {
        count = split(lines[i], part, /[ \t]+/)
        # The comment stands for a line without clients: the restored line takes its place.
        if (lines[i] == empty && held != "") { if (!done) print dir held; done = 1; continue }
        if (part[1] != dir || (mode == "start" && done)) { print lines[i]; continue }
        text = part[1]; taken = ""
        for (j = 2; j <= count; j++) {
          client = part[j]; sub(/\(.*/, "", client)
          if (mode == "stop" && index(names, " " client " ")) taken = taken " " part[j]
          else if (part[j] != "") text = text " " part[j]
        }
        if (mode == "start") { text = text held; done = 1 }
        # A line without clients would export to all hosts.
        if (text != part[1]) print text
        else print empty
        if (taken != "") print mark taken
      }
      if (mode == "start" && !done && held != "") print dir held
    }' "$file"
}
swap() {
  chmod --reference="$file" -- "$1"
  cat -- "$1" >"$file.new"
  chmod --reference="$file" -- "$file.new"
  mv -fT -- "$file.new" "$file"
}

changed=no
if [[ $mode != look ]]; then
  [[ -f $file ]] || fail "$file does not exist: set exports.file in site.yaml"
  new=$(mktemp /run/semester-exports.XXXXXX)
  trap 'rm -f -- "$new"' EXIT
  edited "$@" >"$new"
  if ! cmp -s -- "$new" "$file"; then
    changed=yes
    in_window swap "$new"
  fi
  bash -c "$reload" >&2 </dev/null
fi
table=$(bash -c "$list" </dev/null) || fail "\"$list\" failed, so the clients of $dir are unknown: set exports.list in site.yaml"
echo "changed=$changed"
while read -r path clients; do
  [[ $path == "$dir" ]] || continue
  for client in ${clients:-*}; do
    client=${client%%(*}
    echo "exported=$client"
    if [[ " $* " == *" $client "* ]]; then
      echo "to=$client"
    # A network, a pattern or a netgroup may include this host.
    elif [[ $client == *[*?/@[]* || -z $client ]]; then
      echo "to=${client:-*}"
    fi
  done
done <<<"$table"
