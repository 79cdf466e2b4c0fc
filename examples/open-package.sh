#!/bin/sh
# Opens a package without Subrosa, and compares every file in it with the digests that the sender signed.
#
#     open-package.sh KEY-FILE PACKAGE DIRECTORY
#
# The directory is made, and holds NOTICE.txt (read it first), the sender's manifest and the records. Needs age, tar, jq and
# sha256sum. It does not verify the signature under the manifest, which needs the sender's verifier key.
set -eu
umask 077

key=${1:?"usage: open-package.sh KEY-FILE PACKAGE DIRECTORY"}
package=${2:?"usage: open-package.sh KEY-FILE PACKAGE DIRECTORY"}
directory=${3:?"usage: open-package.sh KEY-FILE PACKAGE DIRECTORY"}

# Not through a pipe: tar would unpack the beginning of a package that was cut short.
mkdir "$directory"
trap 'rm -f "$directory/package.tar"' EXIT
age -d -i "$key" -o "$directory/package.tar" "$package"
tar -x -f "$directory/package.tar" -C "$directory"

# The manifest: a line that says what it is, a line of JSON, and the signature.
[ "$(head -n 1 "$directory/manifest")" = subrosa/package/v1 ]
sed -n 2p "$directory/manifest" | jq -r '.records[] | "\(.sha256) \(.record)"' |
    while read -r digest record; do
        for file in "$directory/records/$record"/*; do
            echo "$digest  $file"
        done
    done | sha256sum -c
