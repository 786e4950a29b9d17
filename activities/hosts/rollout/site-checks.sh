# Needs checks.sh.
# R8, before any downtime: runs the site's own commands (update.checks) on the root that runs now. By hand: nvidia-smi
# Arguments: CHECK… Prints failed_check_N=yes for the Nth check that fails, from 0.
run_checks "$@"
