# Needs entry.sh. Needs delete.sh. Needs trash.sh.
# R5. By hand, on the storage host: delete everything inside /csehome except the homes of protected and kept accounts;
#     on every GPU server: delete everything inside /local/.docker/ except the same names.
#
#   wipe DIR SUBVOLUME-OR-EMPTY TOPLEVEL COUNT SECONDS SEMESTER PLAN PROTECTED… -- KEPT… -- UID… -- WAIVED…
#     < NUL-terminated fields
#
# With SECONDS above 0 it moves the entries into the trash of DIR (trash.sh), with a record that names SEMESTER and PLAN;
# below, that counts as deleted. The trash itself is not an entry.
#
# Standard input has four fields for each of the COUNT approved entries: name, owner's uid, object and birth time
# (entry.sh). Deletes exactly these, if they still exist. What has an approved name but is another object, or has another
# owner, stays; so do all other names. Refuses all if an exempt account owns one of them: the host's PROTECTED and KEPT
# accounts, and each UID, but not the accounts in WAIVED, which approvers named. Checks PROTECTED and KEPT in
# the same command that deletes, and proves afterwards that they are intact. Works from one fixed directory with `rm`,
# `find` and names after `--`, which never follow a symbolic link. Never leaves the file system, and sees no mount made
# meanwhile. Prints a line `left: NAME: WHY` for what stays, and continues with the rest. Can run
# again at any point.
if [[ ${SEMESTER_ALONE-} != yes ]]; then
  if [[ -n $2 ]]; then mount_toplevel "$3"; fi
  run_alone "$@"
fi
dir=$1 subvolume=$2 top=$3 count=$4 seconds=$5 semester=$6 plan=$7
shift 7
hold_wipe_lock
enter_dir
if [[ -n $subvolume ]]; then
  mount_toplevel "$top"
  [[ $(stat -c '%d %i' .) == "$(stat -c '%d %i' -- "$top/$subvolume")" ]] ||
    fail "$dir is not the subvolume $top/$subvolume, from which the backup was made: check \`layout\` in site.yaml and findmnt $dir"
fi

# `approved` holds owner, object and birth time by name.
declare -A exempt=() approved=() exempt_uids=() waived=()
lists=0
for word in "$@"; do
  [[ -n $word ]] || fail 'an empty name cannot be exempt'
  if [[ $word == -- ]]; then
    lists=$((lists + 1))
    continue
  fi
  case $lists in
  0) exempt[$word]=protected ;;
  1) exempt[$word]=kept ;;
  2) exempt_uids[$word]=1 ;;
  3) waived[$word]=1 ;;
  esac
done
((lists == 3)) || fail 'the lists of exempt accounts are not complete: nothing was deleted'
for name in "${!exempt[@]}"; do
  if [[ ! ${waived[$name]+x} ]] && uid=$(uid_of "$name"); then exempt_uids[$uid]=1; fi
done
[[ ${exempt[*]} == *protected* ]] || fail 'no name is protected: nothing was deleted'
mapfile -d '' -t fields
((${#fields[@]} == 4 * count)) || fail "standard input holds ${#fields[@]} fields instead of $((4 * count)): nothing was deleted"
names=()
for ((n = 0; n < ${#fields[@]}; n += 4)); do
  name=${fields[n]}
  [[ -n $name && $name != . && $name != .. && $name != */* ]] || fail "$(printf %q "$name") is not a name inside $dir: nothing was deleted"
  [[ $name != "$trash" ]] || ! is_trash || fail "$dir/$trash is the trash itself: nothing was deleted"
  [[ ! ${exempt[$name]+x} ]] || fail "$name is protected or kept, but is among the names to delete: nothing was deleted"
  uid=${fields[n + 1]}
  [[ $uid =~ ^[0-9]+$ ]] || fail "$(printf %q "$uid") is not the uid of an owner: nothing was deleted"
  [[ ! ${exempt_uids[$uid]+x} ]] ||
    fail "$(printf %q "$dir/$name") belongs to the exempt account of uid $uid, which no approval waived: nothing was deleted"
  names+=("$name")
  approved[$name]="$uid ${fields[n + 2]} ${fields[n + 3]}"
done

# For delete.sh: whether the path below $dir goes.
goes() { [[ ${approved[${1%%/*}]+x} ]]; }
refuse_mounts
if ((seconds > 0 && count > 0)); then make_trash; fi

# Lists the whole tree of protected names, and the first level of kept accounts, whose owners may be working. Leaves out
# change times and link counts, which change when another name of a file is deleted. STRICT also leaves out attributes
# that work in the tree changes.
listing() { # STRICT|WHOLE
  local name format='%i %y %m %U:%G %l %p\0'
  [[ $1 == STRICT ]] || format='%i %y %m %U:%G %s %T@ %l %p\0'
  for name in "${!exempt[@]}"; do
    [[ -e ./$name ]] || continue
    case ${exempt[$name]} in
    protected) find "./$name" -xdev -printf "$format" ;;
    kept) find "./$name" -xdev -maxdepth 1 -printf "$format" ;;
    esac
  done | sort -z
}
lost() { comm -z -23 "$before" <(listing STRICT) | tr '\0' '\n' | sed -n 1,5p; }
before=$(mktemp /run/semester-wipe.XXXXXX)
trap 'rm -f -- "$before"' EXIT
listing STRICT >"$before"
whole=$(listing WHOLE | sha256sum)

is_approved() { # NAME
  local uid object born
  read_entry "$1" && [[ "$uid $object $born" == "${approved[$1]}" ]]
}

take() { # NAME
  if ((seconds > 0)); then move_to_trash "$1" "$semester" "$plan" "$seconds"; else delete "$1"; fi
}

done=0 gone=0 left=0
for name in "${names[@]}"; do
  if ! there "$name"; then
    gone=$((gone + 1))
  elif ! is_approved "$name"; then
    printf 'left: %q: another one than the approved: made anew, or given to another owner\n' "$name"
    left=$((left + 1))
  elif ! why=$(take "$name" 2>&1) || there "$name"; then
    printf 'left: %q: %s\n' "$name" "$(tail -n 1 <<<"$why" | tr -c '[:print:]\n' '?')"
    left=$((left + 1))
  fi
  done=$((done + 1))
  progress "$done/${#names[@]} of $dir"
done
sync -f .

missing=$(lost)
[[ -z $missing ]] || fail "protected or kept files in $dir changed during the wipe; missing or different (inode, type, mode, owner, path): $(printf '%q ' "$missing"). Compare with the backup"
[[ $whole == "$(listing WHOLE | sha256sum)" ]] || echo "changed: something in ${!exempt[*]} was written to meanwhile"
echo "wiped: $((${#names[@]} - gone - left)) gone before: $gone left: $left"
