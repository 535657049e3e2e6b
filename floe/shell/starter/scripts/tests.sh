#!/bin/sh
# Gate `tests`: the artifact is whole. Its manifest, and all that the manifest names, is in the registry
# folder, and each blob has the digest it is named by. Put your own tests here.
set -eu

if [ -z "${ARTIFACT_LAYOUT:-}" ]; then
  echo "This check reads a registry folder (oci-layout://). Write one that fits your registry." >&2
  exit 1
fi

blob() {
  printf '%s/blobs/sha256/%s' "$ARTIFACT_LAYOUT" "${1#sha256:}"
}

hashed() {
  if command -v sha256sum >/dev/null; then sha256sum; else shasum -a 256; fi <"$1" | cut -d ' ' -f 1
}

count=0
check() {
  if [ ! -f "$(blob "$1")" ]; then
    echo "missing: $1"
    exit 1
  fi
  if [ "sha256:$(hashed "$(blob "$1")")" != "$1" ]; then
    echo "altered: $1"
    exit 1
  fi
  count=$((count + 1))
}

check "$ARTIFACT_DIGEST"
named=$(grep -Eo '"digest" *: *"sha256:[0-9a-f]{64}"' "$(blob "$ARTIFACT_DIGEST")" | grep -Eo 'sha256:[0-9a-f]{64}' | sort -u)
for digest in $named; do
  check "$digest"
done
echo "whole: $count blobs of $ARTIFACT_TAG"
