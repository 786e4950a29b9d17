# R8: what lies beside an image. Arguments: IMAGES NAME ACCOUNT
cat "$1/$2.json" 2>/dev/null || setpriv --reuid="$3" --regid="$(id -g "$3")" --init-groups -- cat "$1/$2.json"
