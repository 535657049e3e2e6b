#!/bin/sh
# Gate `security_scan`: nothing in the artifact reads like a credential. It looks at uncompressed blobs only,
# and it is no scanner. For images put one here, for instance
#   trivy image "$ARTIFACT_REF"
# which floe tells to print its report as JSON, and reads.
set -eu

if [ -z "${ARTIFACT_LAYOUT:-}" ]; then
  echo "This check reads a registry folder (oci-layout://). Write one that fits your registry." >&2
  exit 1
fi

blob() {
  printf '%s/blobs/sha256/%s' "$ARTIFACT_LAYOUT" "${1#sha256:}"
}

private_key='-----BEGIN [A-Z ]*PRIVATE KEY-----'
access_key='(AKIA|ASIA)[0-9A-Z]{16}'
token='gh[pousr]_[0-9A-Za-z]{36}|glpat-[0-9A-Za-z_-]{20}|xox[abprs]-[0-9A-Za-z-]{10}'

named=$(grep -Eo '"digest" *: *"sha256:[0-9a-f]{64}"' "$(blob "$ARTIFACT_DIGEST")" | grep -Eo 'sha256:[0-9a-f]{64}' | sort -u)
found=0
for digest in $ARTIFACT_DIGEST $named; do
  # A blob that cannot be read is no blob without findings: grep says 1 for "none" and 2 for "could not look".
  looked=0
  LC_ALL=C grep -aEq -e "$private_key" -e "$access_key" -e "$token" "$(blob "$digest")" || looked=$?
  case $looked in
    0) echo "reads like a credential: $digest" && found=1 ;;
    1) ;;
    *) echo "could not be read: $digest" && found=1 ;;
  esac
done
if [ "$found" -eq 0 ]; then echo "nothing in $ARTIFACT_TAG reads like a credential"; fi
exit "$found"
