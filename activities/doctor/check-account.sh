# R8: whether images can be written by the account in use; root is often squashed over NFS. Runs without sudo, changes nothing.
# By hand: test -w /csehome/bacchus/images
# Argument: IMAGES. Prints key=value lines; `place` is the folder itself or the nearest one above that is there.
place=$1
while [[ ! -e $place && $place != / ]]; do place=$(dirname -- "$place"); done
echo "account=$(id -un)"
echo "place=$place"
echo "owner=$(stat -c %U -- "$place")"
[[ -w $place ]] && echo writable=true || echo writable=false
