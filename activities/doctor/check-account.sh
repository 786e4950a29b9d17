# R8: whether the login account can write images. Root is often squashed over NFS. Runs without sudo and changes nothing.
# By hand: test -w /csehome/bacchus/images
# Argument: IMAGES. Prints key=value lines; `place` is the folder itself or its nearest existing ancestor.
place=$1
while [[ ! -e $place && $place != / ]]; do place=$(dirname -- "$place"); done
echo "account=$(id -un)"
echo "place=$place"
echo "owner=$(stat -c %U -- "$place")"
[[ -w $place ]] && echo writable=true || echo writable=false
