#!/bin/sh
# Creates certificates for mutual TLS with Temporal in ./certs: make-certs.sh [NAME...]
# Without names: an authority, the server's certificate, and one client certificate for each service. With names: one client
# certificate for each person, certs/NAME.pem and certs/NAME.key. Never overwrites a file; to renew one, delete it first.
# A certificate says who connects. It does not limit what that client may do.
set -eu
cd "$(dirname "$0")/.."
umask 077
mkdir -p certs
days=${DAYS:-397}

# The authority signs for ten years; keep certs/ca.key off this machine when the certificates are made.
if [ ! -e certs/ca.pem ]; then
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -days 3650 -subj '/CN=gpu-semester authority' \
    -addext 'basicConstraints=critical,CA:TRUE,pathlen:0' -addext 'keyUsage=critical,keyCertSign,cRLSign' \
    -keyout certs/ca.key -out certs/ca.pem 2>/dev/null
fi

# issue NAME EXTENSIONS
issue() {
  [ -e "certs/$1.pem" ] && return
  printf '%s\nbasicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\n' "$2" >"certs/$1.ext"
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -subj "/CN=$1" -keyout "certs/$1.key" -out "certs/$1.csr" 2>/dev/null
  openssl x509 -req -in "certs/$1.csr" -CA certs/ca.pem -CAkey certs/ca.key -days "$days" -extfile "certs/$1.ext" \
    -out "certs/$1.pem.part" 2>/dev/null
  mv "certs/$1.pem.part" "certs/$1.pem"
  rm "certs/$1.csr" "certs/$1.ext"
  echo "certs/$1.pem is valid until $(openssl x509 -in "certs/$1.pem" -noout -enddate | cut -d= -f2)"
}

for name in "$@"; do
  case $name in
    *[!a-z0-9-]* | -* | '' | ca | temporal)
      echo "'$name' is not a name of lower-case letters, digits and hyphens, or is taken" >&2
      exit 2
      ;;
  esac
done
# Parts of the server are each other's clients.
issue temporal 'subjectAltName=DNS:temporal,DNS:localhost,IP:127.0.0.1
extendedKeyUsage=serverAuth,clientAuth'
[ $# -gt 0 ] || set -- worker watch ui tools
for name in "$@"; do issue "$name" 'extendedKeyUsage=clientAuth'; done

# The containers' users must be able to read the keys of the services; the folder keeps other users out.
chmod 700 certs
chmod 644 certs/*
chmod 600 certs/ca.key
