# Needs entry.sh. Needs trash.sh.
# R5 and R1: lists the entries of /csehome or /local/.docker. By hand: ls -la DIR; du -sh DIR/*
#
#   list-tree names|sizes DIR UID…
#
# Prints base64 of NUL-terminated fields, eight per entry: name, owner's uid, owner, object, birth time (entry.sh), bytes,
# newest change (Unix time), number of files (the last three are 0 for `names`). After an empty name follow the mounts
# below DIR, after an empty mount the free bytes. With `sizes`, three fields follow for each entry in which files of one of
# these UIDs lie: name, UID, number of files. File names are bytes, not text. Leaves out the trash (trash.sh).
mode=$1 dir=$2
shift 2
uids=$*
cd -P -- "$dir" || fail "$dir cannot be entered: check \`layout\` in site.yaml"
# The wipe refuses it too, but only after the approval.
[[ $PWD == "$dir" ]] || fail "$dir leads to $PWD by a symbolic link: write the real path to \`layout\` in site.yaml"
# A user can set any time, also one that no calendar knows. None of the future counts.
now=$(date +%s)
list() {
  local not_the_trash=()
  if is_trash; then not_the_trash=(! -name "$trash"); fi
  local name owner uid object born bytes newest files others one inside=()
  while IFS= read -r -d '' name && IFS= read -r -d '' owner; do
    # It may have vanished meanwhile.
    read_entry "$name" || continue
    bytes=0 newest=0 files=0
    if [[ $mode == sizes ]]; then
      read -r bytes newest files others < <(
        find "./$name" -printf '%b %T@ %U\n' 2>/dev/null |
          awk -v uids="$uids" -v now="$now" 'BEGIN { split(uids, list, " "); for (n in list) asked[list[n]] }
            { blocks += $1; time = $2 > now ? now : $2; if (time > newest) newest = time; if (NR > 1 && $3 in asked) found[$3]++ }
            END { printf "%.0f %d %d", blocks * 512, newest, NR; for (uid in found) printf " %s:%d", uid, found[uid]; print "" }'
      )
      for one in $others; do inside+=("$name" "${one%:*}" "${one#*:}"); done
    fi
    printf '%s\0' "$name" "$uid" "$owner" "$object" "$born" "$bytes" "$newest" "$files"
  done < <(find . -mindepth 1 -maxdepth 1 "${not_the_trash[@]}" -printf '%f\0%u\0')
  printf '\0'
  mounts_below
  printf '\0%s\0' "$(df --output=avail -B1 . | tail -n 1 | tr -d ' ')"
  if ((${#inside[@]} > 0)); then printf '%s\0' "${inside[@]}"; fi
}
# mountinfo escapes blanks and other characters in octal.
mounts_below() {
  local target
  while read -r _ _ _ _ target _; do
    printf -v target '%b' "$target"
    if [[ $target == "$PWD"/* ]]; then printf '%s\0' "${target#"$PWD"/}"; fi
  done </proc/self/mountinfo
}
list | base64 -w 0
