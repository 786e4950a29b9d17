# R4, before the snapshot: writes pages that a GPU server still holds to the storage host.
# By hand: sync -f /csehome
sync -f -- "$1"
