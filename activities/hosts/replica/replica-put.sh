# R4, on the replica: hands one piece to replica-receive.
#
#   replica-put TOPLEVEL SPOOL ATTEMPT ask|chunk|end N SECONDS < the piece
#
# Stores piece N if it is the expected one and fewer than four are waiting, after at most SECONDS. `end`: there are N
# pieces in all. Prints the number of the next expected piece, or `wait` before the receiver has begun.
mount_toplevel "$1"
dir=$1/$2/$3 kind=$4 n=$5
end=$((SECONDS + $6))
until [[ -e $dir/wanted ]]; do
  if ((SECONDS >= end)); then
    echo wait
    exit 0
  fi
  pause 0.1
done
# With two workers at once, each piece is still stored only once.
hold_lock 9 replica-put 600 || fail "$(holder_of replica-put) has been writing a piece of a backup for 10 minutes: end it, then retry"
# The receiver has finished and cleaned up.
wanted=$(cat -- "$dir/wanted" 2>/dev/null) || { echo wait && exit 0; }
case $kind in
chunk)
  # Without any piece, the pattern itself is the only one.
  while pieces=("$dir"/*.chunk) && ((${#pieces[@]} >= 4 && SECONDS < end)); do pause 0.1; done
  if ((n == wanted && ${#pieces[@]} < 4)); then
    cat >"$dir/new"
    echo "$((n + 1))" >"$dir/wanted.new"
    mv -- "$dir/new" "$dir/$n.chunk"
    mv -- "$dir/wanted.new" "$dir/wanted"
    wanted=$((n + 1))
  fi
  ;;
end) if ((n == wanted)); then echo "$n" >"$dir/end.new" && mv -- "$dir/end.new" "$dir/end"; fi ;;
esac
echo "$wanted"
