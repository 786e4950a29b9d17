# R5: the last login of each account on this host. By hand: lastlog; last; journalctl -u systemd-logind
#
#   last-logins
#
# Prints `USER SECONDS` (Unix time) for each account in lastlog, wtmp or the journal, as far back as this host keeps
# them.
dated() { # lines USER<TAB>DATE
  local lines seconds
  lines=$(cat)
  [[ -n $lines ]] || return 0
  seconds=$(cut -f 2 <<<"$lines" | date -f - +%s) || return 0
  paste -d ' ' <(cut -f 1 <<<"$lines") - <<<"$seconds"
}
{
  for tool in lastlog lastlog2; do
    if command -v "$tool" >/dev/null; then
      "$tool" | awk '$NF ~ /^[0-9][0-9][0-9][0-9]$/ { print $1 "\t" $(NF-4), $(NF-3), $NF, $(NF-2), $(NF-1) }' | dated
    fi
  done
  if command -v last >/dev/null; then
    last -w --time-format iso |
      awk '{ for (i = 2; i <= NF; i++) if ($i ~ /^[0-9][0-9][0-9][0-9]-[0-9-]+T/) { print $1 "\t" $i; next } }' | dated
  fi
  # systemd-logind logs this message for each new session. Any user can log it too, but not with these trusted fields.
  journalctl -q --no-pager -o export --output-fields=USER_ID MESSAGE_ID=8d45620c1a4348dbb17410da57c60c66 \
    _UID=0 _SYSTEMD_UNIT=systemd-logind.service |
    awk -F= '/^__REALTIME_TIMESTAMP=/ { at = substr($2, 1, length($2) - 6) } /^USER_ID=/ { print $2, at }'
} 2>/dev/null | sort -k 1,1 -k 2,2nr | sort -u -k 1,1 || true
