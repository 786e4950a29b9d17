# R3. By hand: wall "all sessions end at 18:05"
# Tells everybody on a terminal of this host when their session ends. Arguments: SECONDS TEXT
# Who was told is not told another time by a second try: the first one holds. Prints how many seconds are left.
seconds=$1 text=$2 marker=/run/semester-warned
now=$(date +%s)
until=$(cat "$marker" 2>/dev/null || true)
if [[ ! $until =~ ^[0-9]+$ ]] || ((until < now - 600 || until > now + seconds)); then
  until=$((now + seconds))
  printf '%s\n' "$text" | LC_ALL=C.UTF-8 wall
  echo "$until" >"$marker"
fi
echo "$((until > now ? until - now : 0))"
