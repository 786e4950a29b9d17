# R8: lists the images by their manifests. By hand: ls -l /csehome/bacchus/images
# Arguments: IMAGES ACCOUNT. Prints "MTIME MANIFEST-IN-BASE64", the newest first.
list() {
  local file
  shopt -s nullglob
  for file in "$1"/*.json; do
    [[ $file == *.full.json ]] || printf '%s %s\n' "$(stat -c %Y "$file")" "$(base64 -w 0 <"$file")"
  done
}
{ if [[ -r $1 ]]; then list "$1"; else
  setpriv --reuid="$2" --regid="$(id -g "$2")" --init-groups -- bash -c "$(declare -f list); list \"\$1\"" _ "$1"
fi; } | sort -rn
