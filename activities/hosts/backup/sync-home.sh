# R4, before the snapshot: a GPU server may still hold pages that it has not written to the storage host yet.
# By hand: sync -f /csehome
sync -f -- "$1"
