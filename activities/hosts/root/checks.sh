# Library, after common.sh. R8: the site's own commands (update.checks).

# Prints failed_check_N=yes for the Nth check that fails, from 0.
run_checks() { # CHECK…
  local at=0 check
  for check in "$@"; do
    timeout 60 bash -c "$check" >/dev/null 2>&1 </dev/null || echo "failed_check_$at=yes"
    at=$((at + 1))
  done
}
